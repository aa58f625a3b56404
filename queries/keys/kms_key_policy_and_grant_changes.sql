-- /// query
-- name = "kms_key_policy_and_grant_changes"
-- title = "Rights on KMS keys"
-- question = "Who gained or lost rights on KMS keys by policy or grant?"
-- events = [
--   "kms:PutKeyPolicy", "kms:CreateGrant", "kms:RevokeGrant", "kms:RetireGrant", "kms:CreateKey", "kms:ReplicateKey",
--   "kms:UpdatePrimaryRegion", "kms:CreateAlias", "kms:UpdateAlias",
-- ]
-- attack = ["T1098", "T1486"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html"]
-- empty = "No recorded change of rights on keys."
-- look = "Other accounts, everyone, grants for Decrypt to unknown principals, policies that shut out the owner."
--
-- [params]
-- service_grants = { type = "BOOLEAN", default = false, help = "Also grants that services make for their own work" }
-- key = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a key id, ARN or alias; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
-- ///
WITH calls AS (
    SELECT
        *,
        policy_of(event_source, event_base_name, request_parameters, response_elements) AS document,
        list_concat(accounts_let_in(policy_of(event_source, event_base_name, request_parameters, response_elements), recipient_account_id), [account_of_principal(request_parameters ->> '$.granteePrincipal')]) AS let_in
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'kms.amazonaws.com' AND event_base_name IN (
                'PutKeyPolicy', 'CreateGrant', 'RevokeGrant', 'RetireGrant', 'CreateKey', 'ReplicateKey',
                'UpdatePrimaryRegion', 'CreateAlias', 'UpdateAlias'
            )
        AND mentions($key, request_parameters, response_elements, resources, error_message)
        AND ($service_grants OR event_base_name NOT IN ('CreateGrant', 'RevokeGrant', 'RetireGrant') OR (invoked_by IS NULL AND user_identity_type IS DISTINCT FROM 'AWSService'))
)

SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    source_ip_address,
    user_agent,
    event_source,
    event_name,
    outcome,
    error_class,
    target,
    coalesce(as_list(resources)[1] ->> '$.ARN', response_elements ->> '$.keyMetadata.arn', request_parameters ->> '$.keyId', request_parameters ->> '$.targetKeyId') AS key_arn,
    request_parameters ->> '$.granteePrincipal' AS grantee,
    as_texts(json_extract(request_parameters, '$.operations')) AS operations,
    CASE WHEN event_base_name IN ('PutKeyPolicy', 'CreateKey', 'ReplicateKey') THEN policy_remarks(document, recipient_account_id) END AS remarks,
    CASE WHEN event_base_name IN ('PutKeyPolicy', 'CreateKey', 'ReplicateKey') THEN policy_sentences(document) END AS policy_says,
    given(outcome, outsiders(let_in, recipient_account_id, own.ids)) AS outside_accounts,
    only_tried(outcome, outsiders(let_in, recipient_account_id, own.ids)) AS tried_to_let_in,
    CASE
        WHEN event_base_name IN ('PutKeyPolicy', 'CreateKey', 'ReplicateKey') AND kept(request_parameters)
            THEN coalesce(as_flag(json_extract(request_parameters, '$.bypassPolicyLockoutSafetyCheck')), FALSE)
    END AS lockout_check_bypassed,
    invoked_by,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
