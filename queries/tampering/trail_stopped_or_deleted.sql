-- /// query
-- name = "trail_stopped_or_deleted"
-- title = "Trails stopped, started, deleted"
-- question = "Was CloudTrail stopped or deleted, by whom, and when did it start again?"
-- events = ["cloudtrail:StopLogging", "cloudtrail:StartLogging", "cloudtrail:DeleteTrail", "cloudtrail:CreateTrail"]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No such call is recorded. What is switched off cannot record itself: compare with event_coverage and the findings of verification."
-- look = "Who did it, whether it was undone, and what the same hand did meanwhile."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    source_ip_address,
    user_agent,
    event_source,
    event_name,
    outcome,
    error_class,
    target,
    name_of_arn(coalesce(request_parameters ->> '$.name', request_parameters ->> '$.trailName', denied_resource(error_message))) AS trail,
    (
        SELECT min(again.event_time)
        FROM around_scope($accounts, $regions) AS again
        WHERE
            again.event_source = 'cloudtrail.amazonaws.com'
            AND again.event_base_name IN ('StartLogging', 'CreateTrail')
            AND again.outcome = 'success'
            AND e.event_base_name IN ('StopLogging', 'DeleteTrail')
            AND e.outcome = 'success'
            AND name_of_arn(again.target) = name_of_arn(e.target)
            AND again.recipient_account_id = e.recipient_account_id
            AND again.event_time >= e.event_time
    ) AS on_again_at,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
WHERE
    event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN ('StopLogging', 'StartLogging', 'DeleteTrail', 'CreateTrail')
ORDER BY event_time, event_id, event_key;
