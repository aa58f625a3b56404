-- /// query
-- name = "alerting_disabled"
-- title = "Alarms and alerts removed"
-- question = "Which alarms, notification rules or alert topics were removed?"
-- events = [
--   "monitoring:DeleteAlarms", "monitoring:DisableAlarmActions", "monitoring:SetAlarmState", "events:DisableRule",
--   "events:DeleteRule", "events:RemoveTargets", "sns:DeleteTopic", "sns:Unsubscribe",
-- ]
-- attack = ["T1562.001", "T1489"]
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
-- trail = "exercise"
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
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'monitoring.amazonaws.com' AND event_base_name IN ('DeleteAlarms', 'DisableAlarmActions', 'SetAlarmState'))
        OR (event_source = 'events.amazonaws.com' AND event_base_name IN ('DisableRule', 'DeleteRule', 'RemoveTargets'))
        OR (event_source = 'sns.amazonaws.com' AND event_base_name IN ('DeleteTopic', 'Unsubscribe'))
    )
ORDER BY event_time, event_id, event_key;
