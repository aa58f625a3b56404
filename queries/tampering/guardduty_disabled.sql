-- /// query
-- name = "guardduty_disabled"
-- title = "GuardDuty switched off"
-- question = "Was a detector deleted or switched off, features removed, accounts detached, exports stopped?"
-- events = [
--   "guardduty:DeleteDetector", "guardduty:UpdateDetector", "guardduty:UpdateOrganizationConfiguration",
--   "guardduty:DisassociateFromMasterAccount", "guardduty:DisassociateFromAdministratorAccount",
--   "guardduty:DisassociateMembers", "guardduty:DeleteMembers", "guardduty:StopMonitoringMembers",
--   "guardduty:DeleteInvitations", "guardduty:DeletePublishingDestination",
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
    request_parameters ->> '$.detectorId' AS detector_id,
    request_parameters ->> '$.enable' AS enable,
    json_extract(request_parameters, '$.accountIds') AS account_ids,
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'guardduty.amazonaws.com' AND event_base_name IN (
            'DeleteDetector', 'UpdateDetector', 'UpdateOrganizationConfiguration', 'DisassociateFromMasterAccount',
            'DisassociateFromAdministratorAccount', 'DisassociateMembers', 'DeleteMembers', 'StopMonitoringMembers',
            'DeleteInvitations', 'DeletePublishingDestination'
        )
ORDER BY event_time, event_id, event_key;
