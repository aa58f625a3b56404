-- /// query
-- name = "compare_periods"
-- title = "Two periods compared"
-- question = "What is different between a calm period and the window for a principal or account?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "The two periods do not differ. Give since (window) and calm_since, calm_until (calm period)."
-- look = "What exists only in the window."
--
-- [params]
-- principal = { type = "VARCHAR", entity = "principal", default = "", help = "User name or ARN; none given means everybody" }
-- calm_since = { type = "TIMESTAMP", default = "-infinity", help = "Begin of the calm period" }
-- calm_until = { type = "TIMESTAMP", default = "infinity", help = "End of the calm period" }
-- ratio = { type = "DOUBLE", default = 10, help = "How many times more counts as different" }
--
-- [example]
-- trail = "leaked_key"
-- since = "2026-03-03"
-- ///
WITH both_periods AS (
    SELECT
        event_time >= CAST($since AS TIMESTAMP) AS inside,
        unnest([
            {'kind': 'service', 'value': event_source},
            {'kind': 'action', 'value': event_source || ' ' || event_base_name},
            {'kind': 'address', 'value': source_ip_address},
            {'kind': 'agent', 'value': agent_family},
            {'kind': 'region', 'value': aws_region},
            {'kind': 'principal', 'value': actor}
        ], recursive := TRUE),
        event_time,
        event_id,
        verification
    FROM around_scope($accounts, $regions)
    WHERE
        event_time >= CAST($calm_since AS TIMESTAMP)
        AND event_time < CAST($until AS TIMESTAMP)
        AND (event_time >= CAST($since AS TIMESTAMP) OR event_time < CAST($calm_until AS TIMESTAMP))
        AND ($principal = '' OR is_principal($principal, actor, principal_arn, session_issuer_arn, user_name, principal_id))
        AND ($outcome = 'all' OR outcome = $outcome OR ($outcome = 'succeeded' AND outcome NOT IN ('denied', 'failed')))
)

SELECT
    kind,
    value,
    count(*) FILTER (NOT inside) AS calm_events,
    count(*) FILTER (inside) AS window_events,
    CASE
        WHEN count(*) FILTER (NOT inside) = 0 THEN 'only in the window'
        WHEN count(*) FILTER (inside) = 0 THEN 'only in the calm period'
        ELSE 'in both'
    END AS difference,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM both_periods
WHERE value IS NOT NULL
GROUP BY kind, value
HAVING
    count(*) FILTER (NOT inside) = 0
    OR count(*) FILTER (inside) = 0
    OR count(*) FILTER (inside) >= $ratio * count(*) FILTER (NOT inside)
ORDER BY kind, difference DESC, window_events DESC, calm_events DESC, value;
