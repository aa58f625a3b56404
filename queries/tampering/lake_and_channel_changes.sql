-- /// query
-- name = "lake_and_channel_changes"
-- title = "CloudTrail Lake stores"
-- question = "Which event data stores, channels or delegated administrators were removed or shortened?"
-- events = [
--   "cloudtrail:DeleteEventDataStore", "cloudtrail:StopEventDataStoreIngestion",
--   "cloudtrail:UpdateEventDataStore", "cloudtrail:DeleteChannel",
--   "cloudtrail:DeregisterOrganizationDelegatedAdmin",
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
    request_parameters ->> '$.eventDataStore' AS store,
    request_parameters ->> '$.retentionPeriod' AS retention_days,
    request_parameters ->> '$.terminationProtectionEnabled' AS termination_protection,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN (
            'DeleteEventDataStore', 'StopEventDataStoreIngestion', 'UpdateEventDataStore', 'DeleteChannel',
            'DeregisterOrganizationDelegatedAdmin'
        )
ORDER BY event_time, event_id, event_key;
