-- /// query
-- name = "first_seen_actions"
-- title = "Actions seen for the first time"
-- question = "Which principal and action pairs occur for the first time?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing new against the baseline. Give since: the days before it are the baseline; without since everything is new at its first sight."
-- look = "Writes by principals that only read before."
--
-- [params]
-- baseline_days = { type = "BIGINT", default = 30, help = "Days before since that count as usual" }
--
-- [example]
-- trail = "leaked_key"
-- since = "2026-03-03"
-- ///
WITH seen AS (
    SELECT actor, event_source AS service, event_base_name AS thing, event_key, event_time, event_id
    FROM around_scope($accounts, $regions)
)

SELECT
    e.event_time AS first_seen,
    n.actor, n.service AS event_source, n.thing AS event_base_name,
    n.events,
    n.baseline_days_with_events,
    e.source_ip_address, e.outcome, e.target, e.recipient_account_id, e.aws_region,
    e.event_id,
    e.event_key,
    e.verification
FROM first_seen('seen', $since, $until, $baseline_days) AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
