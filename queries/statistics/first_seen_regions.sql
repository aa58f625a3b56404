-- /// query
-- name = "first_seen_regions"
-- title = "Regions seen for the first time"
-- question = "Which regions are used for the first time, or by whom for the first time?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing new against the baseline. Give since: the days before it are the baseline; without since everything is new at its first sight."
-- look = "Regions in which the company has nothing."
--
-- [params]
-- baseline_days = { type = "BIGINT", default = 30, help = "Days before since that count as usual" }
-- approved_regions = { type = "VARCHAR[]", default = [], help = "Regions that are expected and left out" }
--
-- [example]
-- trail = "leaked_key"
-- since = "2026-03-03"
-- ///
WITH seen AS (
    SELECT actor, NULL AS service, aws_region AS thing, event_key, event_time, event_id
    FROM around_scope($accounts, $regions)
    WHERE
        NOT list_contains(CAST($approved_regions AS VARCHAR[]), aws_region)
)

SELECT
    e.event_time AS first_seen,
    n.actor, n.thing AS aws_region,
    n.events,
    n.baseline_days_with_events,
    e.event_source, e.event_name, e.outcome, e.source_ip_address, e.recipient_account_id,
    e.event_id,
    e.event_key,
    e.verification
FROM first_seen('seen', $since, $until, $baseline_days) AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
