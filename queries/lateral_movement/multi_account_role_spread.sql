-- /// query
-- name = "multi_account_role_spread"
-- title = "Roles taken in many accounts in a short time"
-- question = "Who took or tried roles in many accounts within a short time?"
-- attack = ["T1078.004", "T1550.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- cost = "scan"
-- empty = "Nobody took roles in that many accounts in such a window."
-- look = "One role name in account after account (OrganizationAccountAccessRole), refusals."
--
-- [params]
-- minutes = { type = "BIGINT", default = 60, help = "Length of the sliding window in minutes" }
-- min_accounts = { type = "BIGINT", default = 2, help = "Different accounts within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "secrets_theft"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(account_of_arn(requested_role_arn), service_event_details ->> '$.account_id', account_of_principal(request_parameters ->> '$.targetPrincipal'), recipient_account_id) AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source IN ('sts.amazonaws.com', 'sso.amazonaws.com')
        AND event_base_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot', 'GetRoleCredentials', 'Federate')
        AND user_identity_type IS DISTINCT FROM 'AWSService'
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, roles, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_accounts)
ORDER BY first_time, who;
