-- /// query
-- name = "search_anywhere"
-- title = "Where a text occurs"
-- question = "Where does this text occur at all, in any field of any record?"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "The text occurs in no loaded record. Values that AWS hides or leaves out for size cannot be found."
-- look = "Fields where one would not look for it."
--
-- [params]
-- needle = { type = "VARCHAR", entity = "resource", help = "Text to find, in any case" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- needle = "example-exports"
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
    CASE
        WHEN contains(lower(CAST(user_identity AS VARCHAR)), lower($needle)) THEN 'user_identity'
        WHEN contains(lower(CAST(request_parameters AS VARCHAR)), lower($needle)) THEN 'request_parameters'
        WHEN contains(lower(CAST(response_elements AS VARCHAR)), lower($needle)) THEN 'response_elements'
        WHEN contains(lower(error_message), lower($needle)) THEN 'error_message'
        WHEN contains(lower(user_agent), lower($needle)) THEN 'user_agent'
        ELSE 'another field'
    END AS found_in,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_key IN (SELECT event_key FROM record_holds($needle))
ORDER BY event_time, event_id, event_key;
