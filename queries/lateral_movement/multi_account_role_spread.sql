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
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(account_of_arn(requested_role_arn), service_event_details ->> '$.account_id', account_of_principal(request_parameters ->> '$.targetPrincipal'), recipient_account_id) AS thing,
        event_time,
        event_id,
        actor,
        access_key_id,
        source_ip_address,
        agent_family,
        aws_region,
        recipient_account_id,
        outcome,
        verification,
        requested_role_arn
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source IN ('sts.amazonaws.com', 'sso.amazonaws.com')
        AND event_base_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot', 'GetRoleCredentials', 'Federate')
        AND user_identity_type IS DISTINCT FROM 'AWSService'
)

SELECT
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    some_of(requested_role_arn) AS roles,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM bursts('calls', $minutes, $min_accounts)
GROUP BY who, burst
ORDER BY first_time, who;
