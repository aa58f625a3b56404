-- /// query
-- name = "guardduty_suppression"
-- title = "GuardDuty findings hidden"
-- question = "Were findings hidden by filters, trusted lists or archiving?"
-- events = [
--   "guardduty:CreateFilter", "guardduty:UpdateFilter", "guardduty:CreateIPSet", "guardduty:UpdateIPSet",
--   "guardduty:CreateThreatIntelSet", "guardduty:CreateTrustedEntitySet", "guardduty:ArchiveFindings",
--   "guardduty:UpdatePublishingDestination",
-- ]
-- attack = ["T1562.001"]
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
    request_parameters ->> '$.action' AS action,
    request_parameters ->> '$.location' AS location,
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'guardduty.amazonaws.com' AND event_base_name IN (
            'CreateFilter', 'UpdateFilter', 'CreateIPSet', 'UpdateIPSet', 'CreateThreatIntelSet',
            'CreateTrustedEntitySet', 'ArchiveFindings', 'UpdatePublishingDestination'
        )
ORDER BY event_time, event_id, event_key;
