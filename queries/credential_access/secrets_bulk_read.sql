-- /// query
-- name = "secrets_bulk_read"
-- title = "Many secrets in a short time"
-- question = "Who read or tried to read many different secrets within a short time, or in batches?"
-- attack = ["T1555.006"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-cloudtrail.html"]
-- cost = "scan"
-- empty = "Nobody read that many secrets in such a window."
-- look = "Batches with filters that match everything, several regions, refusals."
--
-- [params]
-- minutes = { type = "BIGINT", default = 15, help = "Length of the sliding window in minutes" }
-- min_secrets = { type = "BIGINT", default = 5, help = "Different secrets (batches count once) within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
--
-- [example]
-- trail = "secrets_theft"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(request_parameters ->> '$.secretId', nullif(denied_resource(error_message), '*'), CAST(event_key AS VARCHAR)) AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'secretsmanager.amazonaws.com'
        AND event_base_name IN ('GetSecretValue', 'BatchGetSecretValue', 'DescribeSecret', 'ListSecrets')
        AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
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
    count_if(event_base_name = 'BatchGetSecretValue') AS batches,
    some_of(CAST(json_extract(request_parameters, '$.filters') AS VARCHAR)) AS batch_filters,
    count(DISTINCT aws_region) AS different_regions,
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
FROM bursts('calls', $minutes, $min_secrets)
GROUP BY who, burst
ORDER BY first_time, who;
