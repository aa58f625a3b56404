-- /// query
-- name = "insight_events"
-- title = "What CloudTrail itself found unusual"
-- question = "Which call rates and error rates did CloudTrail Insights flag, for whom, and how far from normal?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html",
-- ]
-- needs = ["insight"]
-- empty = "CloudTrail flagged nothing, as far as Insights events are in the archive."
-- look = "Start and end pairs (same shared_event_id), rates of errors, who the rate is attributed to."
--
-- [timeline]
-- message = ["Insights: {flagged_source} {flagged_name}", "{insight_type} {state}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    event_time,
    recipient_account_id,
    aws_region,
    event_source,
    event_name,
    insight_details ->> '$.insightType' AS insight_type,
    insight_details ->> '$.state' AS state,
    insight_details ->> '$.eventSource' AS flagged_source,
    insight_details ->> '$.eventName' AS flagged_name,
    insight_details ->> '$.errorCode' AS flagged_error,
    TRY_CAST(insight_details ->> '$.insightContext.statistics.baseline.average' AS DOUBLE) AS usual_rate,
    TRY_CAST(insight_details ->> '$.insightContext.statistics.insight.average' AS DOUBLE) AS unusual_rate,
    TRY_CAST(insight_details ->> '$.insightContext.statistics.insightDuration' AS BIGINT) AS duration_minutes,
    flatten(list_transform(as_list(json_extract(insight_details, '$.insightContext.attributions')), lambda a: list_transform(as_list(json_extract(a, '$.insight')), lambda v: concat_ws(': ', a ->> '$.attribute', v ->> '$.value')))) AS attributed_to,
    shared_event_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_class = 'insight'
ORDER BY event_time, event_id, event_key;
