-- /// query
-- name = "who_called"
-- title = "Who called an action"
-- question = "Who called this action, how often, from where, with what success?"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody called it as far as is recorded. IAM action names and logged names differ for some S3 and Lambda calls."
-- look = "A caller who never called it before."
--
-- [params]
-- action = { type = "VARCHAR", help = "Event name such as StopLogging; a date suffix may be left out" }
-- service = { type = "VARCHAR", default = "", help = "Service such as iam; none given means any" }
--
-- [example]
-- trail = "leaked_key"
-- action = "GetCallerIdentity"
-- ///
SELECT
    event_source,
    event_name,
    actor,
    access_key_id,
    recipient_account_id,
    count(*) AS events,
    count(*) FILTER (outcome = 'denied') AS denied,
    count(*) FILTER (outcome = 'failed') AS failed,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    some_of(source_ip_address) AS addresses,
    some_of(target) AS targets,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (event_name = $action OR event_base_name = $action)
    AND ($service = '' OR event_source = $service OR event_source = $service || '.amazonaws.com')
GROUP BY ALL
ORDER BY first_seen, event_source, event_name, actor, access_key_id, recipient_account_id;
