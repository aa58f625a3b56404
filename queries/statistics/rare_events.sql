-- /// query
-- name = "rare_events"
-- title = "Rarest actions"
-- question = "Which actions, error codes or agents are rarest in the archive?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing is that rare here."
-- look = "Rare writes."
--
-- [params]
-- max_count = { type = "BIGINT", default = 3, help = "Events at most" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH things AS (
    SELECT 'action' AS kind, event_source || ' ' || event_base_name AS value, actor, event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    UNION ALL
    SELECT 'error', event_base_name || ' ' || error_class, actor, event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome) WHERE error_class IS NOT NULL
    UNION ALL
    SELECT 'agent', regexp_replace(user_agent, '[0-9][0-9.]*.*$', ''), actor, event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE user_agent IS NOT NULL
)

SELECT
    kind,
    value,
    count(*) AS events,
    count(DISTINCT actor) AS principals,
    some_of(actor) AS actors,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM things
GROUP BY kind, value
HAVING count(*) <= $max_count
ORDER BY kind, events, value;
