-- /// query
-- name = "timeline_around_event"
-- title = "What happened around an event"
-- question = "What happened just before and after this event, by the same key, session, address or on the same thing?"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "The event is not loaded, or the window leaves it out."
-- look = "What the same hand did in the same minutes; in the same second records have no order."
--
-- [params]
-- event_id = { type = "VARCHAR", entity = "event", help = "Event id or event key" }
-- minutes = { type = "BIGINT", default = 15, help = "Minutes before and after" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- event_id = "d7eb500e-4802-4ada-a4ea-2aac0147ba02"
-- ///
WITH asked AS (
    SELECT * FROM events WHERE event_id = $event_id OR CAST(event_key AS VARCHAR) = $event_id
)

SELECT
    e.event_time,
    date_diff('second', a.event_time, e.event_time) AS seconds_from_event,
    list_filter([
        CASE WHEN e.event_key = a.event_key THEN 'the event itself' END,
        CASE WHEN e.access_key_id = a.access_key_id THEN 'same key' END,
        CASE WHEN e.principal_arn = a.principal_arn THEN 'same session' END,
        CASE WHEN e.actor = a.actor THEN 'same actor' END,
        CASE WHEN e.source_ip_address = a.source_ip_address AND e.source_kind NOT IN ('aws_service', 'aws_internal', 'empty') THEN 'same address' END,
        CASE WHEN e.target = a.target THEN 'same target' END,
        CASE WHEN e.shared_event_id = a.shared_event_id THEN 'same action' END
    ], lambda x: x IS NOT NULL) AS linked_by,
    e.recipient_account_id,
    e.aws_region,
    e.actor,
    e.access_key_id,
    e.source_ip_address,
    e.user_agent,
    e.event_source,
    e.event_name,
    e.outcome,
    e.error_class,
    e.target,
    e.event_id,
    e.event_key,
    e.verification
FROM asked AS a
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e
    ON e.event_time BETWEEN a.event_time - to_minutes($minutes) AND a.event_time + to_minutes($minutes)
WHERE
    e.event_key = a.event_key
    OR e.access_key_id = a.access_key_id
    OR e.principal_arn = a.principal_arn
    OR e.actor = a.actor
    OR (e.source_ip_address = a.source_ip_address AND e.source_kind NOT IN ('aws_service', 'aws_internal', 'empty'))
    OR e.target = a.target
    OR e.shared_event_id = a.shared_event_id
ORDER BY e.event_time, e.event_id, e.event_key;
