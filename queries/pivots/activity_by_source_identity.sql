-- /// query
-- name = "activity_by_source_identity"
-- title = "What carries a source identity"
-- question = "Which calls carry this source identity, across role hops?"
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No call carries it. Only roles that demand a source identity have one."
-- look = "Accounts and roles that one person reached."
--
-- [params]
-- source_identity = { type = "VARCHAR", entity = "principal", help = "Source identity as set by the first caller" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- source_identity = "ana"
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
    source_identity,
    session_issuer_arn,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    same_name(source_identity, $source_identity)
    OR (event_source = 'sts.amazonaws.com' AND same_name(request_parameters ->> '$.sourceIdentity', $source_identity))
ORDER BY event_time, event_id, event_key;
