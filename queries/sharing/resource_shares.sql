-- /// query
-- name = "resource_shares"
-- title = "Resources shared through RAM"
-- question = "What was shared through Resource Access Manager, with whom, and who accepted?"
-- events = [
--   "ram:CreateResourceShare", "ram:UpdateResourceShare", "ram:DeleteResourceShare", "ram:AssociateResourceShare",
--   "ram:DisassociateResourceShare", "ram:AssociateResourceSharePermission", "ram:AcceptResourceShareInvitation",
--   "ram:EnableSharingWithAwsOrganization",
-- ]
-- attack = ["T1537", "T1199"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ram/latest/userguide/cloudtrail-logging.html"]
-- empty = "No recorded call shared anything through RAM."
-- look = "Accounts that are not ours, shares that allow external principals."
--
-- [params]
-- share = { type = "VARCHAR", entity = "resource", default = "", help = "Part of the name or ARN of a share or a resource; refused calls that name nothing are shown too. None given means all" }
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
        CASE
            WHEN event_base_name NOT IN ('CreateResourceShare', 'AssociateResourceShare') THEN []
            WHEN kept(request_parameters) THEN as_texts(json_extract(request_parameters, '$.principals'))
        END AS added,
        CASE
            WHEN event_base_name <> 'DisassociateResourceShare' THEN []
            WHEN kept(request_parameters) THEN as_texts(json_extract(request_parameters, '$.principals'))
        END AS removed
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'ram.amazonaws.com' AND event_base_name IN (
            'CreateResourceShare', 'UpdateResourceShare', 'DeleteResourceShare', 'AssociateResourceShare',
            'DisassociateResourceShare', 'AssociateResourceSharePermission', 'AcceptResourceShareInvitation',
            'EnableSharingWithAwsOrganization'
        )
        AND mentions($share, request_parameters, response_elements, resources, error_message)
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
    coalesce(request_parameters ->> '$.name', request_parameters ->> '$.resourceShareArn', response_elements ->> '$.resourceShare.resourceShareArn') AS share,
    as_texts(json_extract(request_parameters, '$.resourceArns')) AS resource_arns,
    given(outcome, added) AS shared_with,
    given(outcome, removed) AS taken_from,
    as_flag(json_extract(request_parameters, '$.allowExternalPrincipals')) AS external_allowed,
    given(outcome, outsiders(list_transform(added, lambda p: account_of_principal(p)), recipient_account_id, own.ids)) AS outside_accounts,
    only_tried(outcome, added) AS tried_to_share_with,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
