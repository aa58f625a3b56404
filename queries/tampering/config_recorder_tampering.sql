-- /// query
-- name = "config_recorder_tampering"
-- title = "AWS Config stopped or narrowed"
-- question = "Was AWS Config stopped, narrowed, or its rules removed?"
-- events = [
--   "config:StopConfigurationRecorder", "config:DeleteConfigurationRecorder", "config:PutConfigurationRecorder",
--   "config:DeleteDeliveryChannel", "config:PutDeliveryChannel", "config:DeleteConfigRule",
--   "config:DeleteRemediationConfiguration", "config:DeleteConformancePack",
--   "config:DeleteAggregationAuthorization", "config:DeleteConfigurationAggregator",
-- ]
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
    event_source = 'config.amazonaws.com' AND event_base_name IN (
            'StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'PutConfigurationRecorder',
            'DeleteDeliveryChannel', 'PutDeliveryChannel', 'DeleteConfigRule', 'DeleteRemediationConfiguration',
            'DeleteConformancePack', 'DeleteAggregationAuthorization', 'DeleteConfigurationAggregator'
        )
ORDER BY event_time, event_id, event_key;
