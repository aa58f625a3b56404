-- /// query
-- name = "event_by_id"
-- title = "One event and its twins"
-- question = "What does this event say, and which other records tell of the same action?"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No loaded record has this id. Ids are testimony: a record may carry none."
-- look = "The twin in another account names the caller by his own account's view."
--
-- [params]
-- ids = { type = "VARCHAR[]", entity = "event", help = "Event ids, event keys, request ids or shared event ids" }
--
-- [example]
-- trail = "leaked_key"
-- ids = ["d7eb500e-4802-4ada-a4ea-2aac0147ba02"]
-- ///
WITH asked AS (
    SELECT event_id, request_id, shared_event_id
    FROM events
    WHERE
        list_contains(CAST($ids AS VARCHAR[]), event_id)
        OR event_key IN (SELECT TRY_CAST(id AS UUID) FROM (SELECT unnest(CAST($ids AS VARCHAR[])) AS id))
        OR list_contains(CAST($ids AS VARCHAR[]), request_id)
        OR list_contains(CAST($ids AS VARCHAR[]), shared_event_id)
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
    request_id,
    shared_event_id,
    additional_event_data ->> '$."x-amz-id-2"' AS s3_host_id,
    user_identity,
    request_parameters,
    response_elements,
    error_message,
    verification_code,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_id IN (SELECT event_id FROM asked)
    OR shared_event_id IN (SELECT shared_event_id FROM asked)
    OR request_id IN (SELECT request_id FROM asked)
ORDER BY event_time, event_id, event_key;
