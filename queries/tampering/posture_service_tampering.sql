-- /// query
-- name = "posture_service_tampering"
-- title = "Security services switched off"
-- question = "Were Security Hub, Macie, Inspector, Detective or Access Analyzer switched off, or findings altered?"
-- events = [
--   "securityhub:DisableSecurityHub", "securityhub:BatchUpdateFindings", "securityhub:UpdateFindings",
--   "securityhub:DeleteInsight", "securityhub:DeleteMembers", "securityhub:DisassociateMembers",
--   "securityhub:BatchDisableStandards", "macie2:DisableMacie", "macie2:UpdateMacieSession", "macie:UpdateMacieSession",
--   "macie2:CreateFindingsFilter", "inspector2:Disable", "detective:DeleteGraph",
--   "access-analyzer:DeleteAnalyzer", "access-analyzer:CreateArchiveRule", "auditmanager:DeregisterAccount",
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
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'securityhub.amazonaws.com' AND event_base_name IN (
            'DisableSecurityHub', 'BatchUpdateFindings', 'UpdateFindings', 'DeleteInsight', 'DeleteMembers',
            'DisassociateMembers', 'BatchDisableStandards'
        ))
        OR (event_source IN ('macie2.amazonaws.com', 'macie.amazonaws.com') AND event_base_name IN ('DisableMacie', 'UpdateMacieSession', 'CreateFindingsFilter'))
        OR (event_source = 'inspector2.amazonaws.com' AND event_base_name = 'Disable')
        OR (event_source = 'detective.amazonaws.com' AND event_base_name = 'DeleteGraph')
        OR (event_source = 'access-analyzer.amazonaws.com' AND event_base_name IN ('DeleteAnalyzer', 'CreateArchiveRule'))
        OR (event_source = 'auditmanager.amazonaws.com' AND event_base_name = 'DeregisterAccount')
    )
ORDER BY event_time, event_id, event_key;
