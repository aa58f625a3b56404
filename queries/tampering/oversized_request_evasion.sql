-- /// query
-- name = "oversized_request_evasion"
-- title = "Calls whose parameters were dropped for size"
-- question = "Which calls lost their parameters because they were too large?"
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No call lost its parameters."
-- look = "Policies padded until they no longer fit into the record."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- ///
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
    request_parameters ->> '$.reason' AS reason,
    TRY_CAST(request_parameters ->> '$.originalSize' AS BIGINT) AS original_size,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    lower(request_parameters ->> '$.omitted') = 'true'
ORDER BY event_time, event_id, event_key;
