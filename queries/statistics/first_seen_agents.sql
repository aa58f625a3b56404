-- /// query
-- name = "first_seen_agents"
-- title = "Tools seen for the first time"
-- question = "Which client strings are new for a principal?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing new against the baseline. Give since: the days before it are the baseline; without since everything is new at its first sight."
-- look = "A person's key in another tool."
--
-- [params]
-- baseline_days = { type = "BIGINT", default = 30, help = "Days before since that count as usual" }
--
-- [example]
-- trail = "leaked_key"
-- since = "2026-03-03"
-- ///
WITH seen AS (
    SELECT
        actor, p.product AS agent,
        event_time >= CAST($since AS TIMESTAMP) AND event_time < CAST($until AS TIMESTAMP) AS inside,
        event_time < CAST($since AS TIMESTAMP) AND event_time >= CAST($since AS TIMESTAMP) - to_days(CAST($baseline_days AS INTEGER)) AS before,
        event_key,
        event_time,
        event_id
    FROM around_scope($accounts, $regions)
    JOIN agent_products() AS p USING (user_agent)
    WHERE event_time > TIMESTAMP '1970-01-01'
),

news AS (
    SELECT
        actor, agent,
        count(*) FILTER (inside) AS events,
        arg_min(event_key, (event_time, event_id, event_key)) FILTER (inside) AS event_key
    FROM seen
    GROUP BY actor, agent
    HAVING count(*) FILTER (inside) > 0 AND count(*) FILTER (before) = 0
)

SELECT
    e.event_time AS first_seen,
    n.actor, n.agent,
    n.events,
    (
        SELECT count(DISTINCT date_trunc('day', event_time)) FROM seen WHERE before
    ) AS baseline_days_with_events,
    e.user_agent, e.source_ip_address, e.event_name, e.recipient_account_id,
    e.event_id,
    e.event_key,
    e.verification
FROM news AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
