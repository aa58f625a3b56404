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
WITH calls AS (
    SELECT
        coalesce(e.event_source || ' ' || e.event_base_name, 'names no call') AS action,
        e.event_base_name || ' ' || e.error_class AS error,
        p.product AS agent,
        e.actor,
        e.event_time,
        e.event_id,
        e.verification
    FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
    LEFT JOIN agent_products() AS p USING (user_agent)
),

-- counted first, so that only what is rare is told in full
rare AS (
    SELECT 'action' AS kind, action AS value FROM calls GROUP BY action HAVING count(*) <= $max_count
    UNION ALL
    SELECT 'error', error FROM calls GROUP BY error HAVING count(*) <= $max_count
    UNION ALL
    SELECT 'agent', agent FROM calls GROUP BY agent HAVING count(*) <= $max_count
),

things AS (
    SELECT 'action' AS kind, action AS value, actor, event_time, event_id, verification FROM calls
    WHERE action IN (SELECT value FROM rare WHERE kind = 'action' AND value IS NOT NULL)
    UNION ALL
    SELECT 'error', error, actor, event_time, event_id, verification FROM calls
    WHERE error IN (SELECT value FROM rare WHERE kind = 'error' AND value IS NOT NULL)
    UNION ALL
    SELECT 'agent', agent, actor, event_time, event_id, verification FROM calls
    WHERE agent IN (SELECT value FROM rare WHERE kind = 'agent' AND value IS NOT NULL)
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
ORDER BY kind, events, value;
