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
    SELECT actor, NULL AS service, p.product AS thing, event_key, event_time, event_id
    FROM around_scope($accounts, $regions)
    JOIN agent_products() AS p USING (user_agent)
)

SELECT
    e.event_time AS first_seen,
    n.actor, n.thing AS agent,
    n.events,
    n.baseline_days_with_events,
    e.user_agent, e.source_ip_address, e.event_name, e.recipient_account_id,
    e.event_id,
    e.event_key,
    e.verification
FROM first_seen('seen', $since, $until, $baseline_days) AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
