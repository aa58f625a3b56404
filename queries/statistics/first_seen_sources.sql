-- /// query
-- name = "first_seen_sources"
-- title = "Networks seen for the first time"
-- question = "Which principals appear from a network that they did not use before?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing new against the baseline. Give since: the days before it are the baseline; without since everything is new at its first sight."
-- look = "Networks that nobody in the company uses: name them in inputs/networks.csv."
--
-- [params]
-- baseline_days = { type = "BIGINT", default = 30, help = "Days before since that count as usual" }
--
-- [example]
-- trail = "leaked_key"
-- since = "2026-03-03"
-- ///
WITH seen AS (
    SELECT actor, NULL AS service, n.network AS thing, event_key, event_time, event_id
    FROM around_scope($accounts, $regions)
    JOIN address_networks() AS n ON n.address = source_ip_address
    WHERE
        source_kind NOT IN ('aws_service', 'aws_internal', 'empty')
)

SELECT
    e.event_time AS first_seen,
    n.actor, n.thing AS network,
    n.events,
    n.baseline_days_with_events,
    e.source_ip_address, e.access_key_id, e.user_agent, e.event_name, e.recipient_account_id, e.aws_region,
    e.event_id,
    e.event_key,
    e.verification
FROM first_seen('seen', $since, $until, $baseline_days) AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
