-- /// query
-- name = "activity_heatmap"
-- title = "Activity by weekday and hour"
-- question = "When does each principal, account or service act, by weekday and hour?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "There is no event in this window."
-- look = "People at night; machines that stop."
--
-- [params]
-- by = { type = "VARCHAR", default = "principal", choices = ["principal", "account", "service"], help = "For whom" }
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    CASE CAST($by AS VARCHAR)
        WHEN 'account' THEN coalesce(recipient_account_id, actor_account_id)
        WHEN 'service' THEN event_source
        ELSE actor
    END AS subject,
    isodow(event_time) AS weekday,
    hour(event_time) AS hour_utc,
    count(*) AS events,
    count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
GROUP BY ALL
ORDER BY subject, weekday, hour_utc;
