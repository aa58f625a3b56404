-- /// query
-- name = "defence_recon"
-- title = "Looks at logging and detection"
-- question = "Who read the state of trails, detection, alarms and log groups?"
-- events = [
--   "cloudtrail:DescribeTrails", "cloudtrail:ListTrails", "cloudtrail:GetTrail", "cloudtrail:GetTrailStatus",
--   "cloudtrail:GetEventSelectors", "cloudtrail:GetInsightSelectors", "cloudtrail:LookupEvents",
--   "cloudtrail:ListEventDataStores", "guardduty:ListDetectors", "guardduty:GetDetector", "guardduty:ListFindings",
--   "guardduty:GetFindings", "guardduty:ListFilters", "guardduty:ListIPSets", "guardduty:ListMembers",
--   "guardduty:GetMasterAccount", "guardduty:GetAdministratorAccount", "config:DescribeConfigurationRecorders",
--   "config:DescribeConfigurationRecorderStatus", "config:DescribeDeliveryChannels", "config:DescribeConfigRules",
--   "securityhub:DescribeHub", "securityhub:GetEnabledStandards", "securityhub:GetFindings", "macie2:GetMacieSession",
--   "access-analyzer:ListAnalyzers", "access-analyzer:ListFindings", "logs:DescribeLogGroups",
--   "logs:DescribeSubscriptionFilters", "logs:DescribeMetricFilters", "monitoring:DescribeAlarms",
--   "ec2:DescribeFlowLogs", "health:DescribeEvents", "wafv2:ListWebACLs",
-- ]
-- attack = ["T1518.001", "T1654"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody looked at logging and detection by a recorded call."
-- look = "Right before trail_tampering, or by a credential with nothing to do with security."
--
-- [params]
-- people_only = { type = "BOOLEAN", default = true, help = "Leave out calls that a service made" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "trail_stopped"
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
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN (
            'DescribeTrails', 'ListTrails', 'GetTrail', 'GetTrailStatus', 'GetEventSelectors', 'GetInsightSelectors',
            'LookupEvents', 'ListEventDataStores'
        ))
        OR (event_source = 'guardduty.amazonaws.com' AND event_base_name IN (
            'ListDetectors', 'GetDetector', 'ListFindings', 'GetFindings', 'ListFilters', 'ListIPSets', 'ListMembers',
            'GetMasterAccount', 'GetAdministratorAccount'
        ))
        OR (event_source = 'config.amazonaws.com' AND event_base_name IN (
            'DescribeConfigurationRecorders', 'DescribeConfigurationRecorderStatus', 'DescribeDeliveryChannels',
            'DescribeConfigRules'
        ))
        OR (event_source = 'securityhub.amazonaws.com' AND event_base_name IN (
            'DescribeHub', 'GetEnabledStandards', 'GetFindings'
        ))
        OR (event_source = 'macie2.amazonaws.com' AND event_base_name = 'GetMacieSession')
        OR (event_source = 'access-analyzer.amazonaws.com' AND event_base_name IN ('ListAnalyzers', 'ListFindings'))
        OR (event_source = 'logs.amazonaws.com' AND event_base_name IN (
            'DescribeLogGroups', 'DescribeSubscriptionFilters', 'DescribeMetricFilters'
        ))
        OR (event_source = 'monitoring.amazonaws.com' AND event_base_name = 'DescribeAlarms')
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name = 'DescribeFlowLogs')
        OR (event_source = 'health.amazonaws.com' AND event_base_name = 'DescribeEvents')
        OR (event_source = 'wafv2.amazonaws.com' AND event_base_name = 'ListWebACLs')
    )
    AND (NOT $people_only OR (invoked_by IS NULL AND user_identity_type IS DISTINCT FROM 'AWSService'))
ORDER BY event_time, event_id, event_key;
