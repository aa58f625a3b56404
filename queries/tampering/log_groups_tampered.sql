-- /// query
-- name = "log_groups_tampered"
-- title = "Log groups removed or shortened"
-- question = "Which log groups, streams, retentions, filters or subscriptions were removed or changed?"
-- events = [
--   "logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy", "logs:DeleteSubscriptionFilter",
--   "logs:PutSubscriptionFilter", "logs:DeleteMetricFilter", "logs:AssociateKmsKey", "logs:DisassociateKmsKey",
--   "logs:DeleteDestination",
-- ]
-- attack = ["T1562.008", "T1070"]
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
    request_parameters ->> '$.logGroupName' AS log_group,
    request_parameters ->> '$.retentionInDays' AS retention_days,
    request_parameters ->> '$.destinationArn' AS destination,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'logs.amazonaws.com' AND event_base_name IN (
            'DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy', 'DeleteSubscriptionFilter',
            'PutSubscriptionFilter', 'DeleteMetricFilter', 'AssociateKmsKey', 'DisassociateKmsKey',
            'DeleteDestination'
        )
ORDER BY event_time, event_id, event_key;
