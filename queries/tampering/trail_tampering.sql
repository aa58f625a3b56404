-- /// query
-- name = "trail_tampering"
-- title = "Acts against logging and detection"
-- question = "Which acts, successful or attempted, were directed at logging, detection and alerting?"
-- aliases = ["tampering_summary"]
-- events = [
--   "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors",
--   "cloudtrail:PutInsightSelectors", "cloudtrail:RemoveTags", "cloudtrail:DeleteEventDataStore",
--   "cloudtrail:StopEventDataStoreIngestion", "cloudtrail:UpdateEventDataStore", "cloudtrail:DeleteChannel",
--   "cloudtrail:DeregisterOrganizationDelegatedAdmin", "cloudtrail:CreateTrail", "cloudtrail:StartLogging",
--   "guardduty:DeleteDetector", "guardduty:UpdateDetector", "guardduty:CreateFilter", "guardduty:UpdateFilter",
--   "guardduty:CreateIPSet", "guardduty:UpdateIPSet", "guardduty:CreateTrustedEntitySet",
--   "guardduty:ArchiveFindings", "guardduty:DisassociateFromMasterAccount",
--   "guardduty:DisassociateFromAdministratorAccount", "guardduty:DisassociateMembers", "guardduty:DeleteMembers",
--   "guardduty:StopMonitoringMembers", "guardduty:DeletePublishingDestination",
--   "guardduty:UpdateOrganizationConfiguration", "config:StopConfigurationRecorder",
--   "config:DeleteConfigurationRecorder", "config:PutConfigurationRecorder", "config:DeleteDeliveryChannel",
--   "config:PutDeliveryChannel", "config:DeleteConfigRule", "config:DeleteConformancePack",
--   "config:DeleteRemediationConfiguration", "config:DeleteAggregationAuthorization",
--   "config:DeleteConfigurationAggregator", "securityhub:DisableSecurityHub", "securityhub:BatchUpdateFindings",
--   "securityhub:UpdateFindings", "securityhub:DeleteInsight", "securityhub:UpdateInsight",
--   "securityhub:DeleteMembers", "securityhub:DisassociateMembers", "securityhub:BatchDisableStandards",
--   "securityhub:DisableImportFindingsForProduct", "macie2:DisableMacie", "macie2:UpdateMacieSession", "macie:UpdateMacieSession",
--   "macie2:CreateFindingsFilter", "inspector2:Disable", "detective:DeleteGraph",
--   "access-analyzer:DeleteAnalyzer", "access-analyzer:CreateArchiveRule", "ec2:DeleteFlowLogs",
--   "route53resolver:DeleteResolverQueryLogConfig", "route53resolver:DisassociateResolverQueryLogConfig",
--   "route53resolver:DeleteFirewallRule", "route53resolver:UpdateFirewallConfig",
--   "route53resolver:DisassociateFirewallRuleGroup", "route53:DeleteQueryLoggingConfig", "logs:DeleteLogGroup",
--   "logs:DeleteLogStream", "logs:PutRetentionPolicy", "logs:DeleteSubscriptionFilter",
--   "logs:PutSubscriptionFilter", "logs:DeleteMetricFilter", "logs:DisassociateKmsKey", "logs:DeleteDestination",
--   "monitoring:DeleteAlarms", "monitoring:DisableAlarmActions", "monitoring:SetAlarmState", "events:DisableRule",
--   "events:DeleteRule", "events:RemoveTargets", "sns:DeleteTopic", "sns:Unsubscribe", "wafv2:DeleteWebACL",
--   "wafv2:DeleteRuleGroup", "wafv2:UpdateWebACL", "wafv2:UpdateIPSet", "wafv2:DisassociateWebACL",
--   "wafv2:DeleteLoggingConfiguration", "waf:DeleteWebACL", "waf:DeleteRule", "waf:DeleteRuleGroup",
--   "waf-regional:DeleteWebACL", "waf-regional:DeleteRule", "waf-regional:DeleteRuleGroup",
--   "waf-regional:DisassociateWebACL", "s3:PutBucketLogging", "s3:PutBucketLifecycle", "s3:DeleteBucketLifecycle",
--   "account:DisableRegion",
-- ]
-- attack = ["T1562.008", "T1562.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delete-trails-console.html"]
-- empty = "No recorded act against logging. A trail that was off cannot record its own absence: compare with event_coverage and with the findings of verification."
-- look = "Lifecycles count only on buckets that a trail is known to use or that are named like one (log, trail, audit): bucket_recovery_weakened has all. StopLogging, selectors that leave out services, short lifecycles on log buckets, suppression filters; attempts that were refused."
--
-- [params]
-- restarts = { type = "BOOLEAN", default = true, help = "Also trails that were made or started" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
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
    CASE
        WHEN event_source = 'cloudtrail.amazonaws.com' THEN 'trail'
        WHEN event_source IN ('guardduty.amazonaws.com', 'securityhub.amazonaws.com', 'macie2.amazonaws.com', 'macie.amazonaws.com', 'inspector2.amazonaws.com', 'detective.amazonaws.com', 'access-analyzer.amazonaws.com') THEN 'detection'
        WHEN event_source = 'config.amazonaws.com' THEN 'configuration record'
        WHEN event_source IN ('monitoring.amazonaws.com', 'events.amazonaws.com', 'sns.amazonaws.com') THEN 'alerting'
        WHEN event_source LIKE 'waf%' THEN 'firewall'
        ELSE 'logs'
    END AS directed_at,
    request_parameters,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    ($restarts OR event_base_name NOT IN ('CreateTrail', 'StartLogging'))
    AND (
        (event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN (
            'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors', 'RemoveTags',
            'DeleteEventDataStore', 'StopEventDataStoreIngestion', 'UpdateEventDataStore', 'DeleteChannel',
            'DeregisterOrganizationDelegatedAdmin', 'CreateTrail', 'StartLogging'
        ))
        OR (event_source = 'guardduty.amazonaws.com' AND event_base_name IN (
            'DeleteDetector', 'UpdateDetector', 'CreateFilter', 'UpdateFilter', 'CreateIPSet', 'UpdateIPSet',
            'CreateTrustedEntitySet', 'ArchiveFindings', 'DisassociateFromMasterAccount',
            'DisassociateFromAdministratorAccount', 'DisassociateMembers', 'DeleteMembers', 'StopMonitoringMembers',
            'DeletePublishingDestination', 'UpdateOrganizationConfiguration'
        ))
        OR (event_source = 'config.amazonaws.com' AND event_base_name IN (
            'StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'PutConfigurationRecorder',
            'DeleteDeliveryChannel', 'PutDeliveryChannel', 'DeleteConfigRule', 'DeleteConformancePack',
            'DeleteRemediationConfiguration', 'DeleteAggregationAuthorization', 'DeleteConfigurationAggregator'
        ))
        OR (event_source = 'securityhub.amazonaws.com' AND event_base_name IN (
            'DisableSecurityHub', 'BatchUpdateFindings', 'UpdateFindings', 'DeleteInsight', 'UpdateInsight',
            'DeleteMembers', 'DisassociateMembers', 'BatchDisableStandards', 'DisableImportFindingsForProduct'
        ))
        OR (event_source IN ('macie2.amazonaws.com', 'macie.amazonaws.com') AND event_base_name IN ('DisableMacie', 'UpdateMacieSession', 'CreateFindingsFilter'))
        OR (event_source = 'inspector2.amazonaws.com' AND event_base_name = 'Disable')
        OR (event_source = 'detective.amazonaws.com' AND event_base_name = 'DeleteGraph')
        OR (event_source = 'access-analyzer.amazonaws.com' AND event_base_name IN ('DeleteAnalyzer', 'CreateArchiveRule'))
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name = 'DeleteFlowLogs')
        OR (event_source = 'route53resolver.amazonaws.com' AND event_base_name IN (
            'DeleteResolverQueryLogConfig', 'DisassociateResolverQueryLogConfig', 'DeleteFirewallRule',
            'UpdateFirewallConfig', 'DisassociateFirewallRuleGroup'
        ))
        OR (event_source = 'route53.amazonaws.com' AND event_base_name = 'DeleteQueryLoggingConfig')
        OR (event_source = 'logs.amazonaws.com' AND event_base_name IN (
            'DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy', 'DeleteSubscriptionFilter',
            'PutSubscriptionFilter', 'DeleteMetricFilter', 'DisassociateKmsKey', 'DeleteDestination'
        ))
        OR (event_source = 'monitoring.amazonaws.com' AND event_base_name IN ('DeleteAlarms', 'DisableAlarmActions', 'SetAlarmState'))
        OR (event_source = 'events.amazonaws.com' AND event_base_name IN ('DisableRule', 'DeleteRule', 'RemoveTargets'))
        OR (event_source = 'sns.amazonaws.com' AND event_base_name IN ('DeleteTopic', 'Unsubscribe'))
        OR (event_source = 'wafv2.amazonaws.com' AND event_base_name IN (
            'DeleteWebACL', 'DeleteRuleGroup', 'UpdateWebACL', 'UpdateIPSet', 'DisassociateWebACL',
            'DeleteLoggingConfiguration'
        ))
        OR (event_source = 'waf.amazonaws.com' AND event_base_name IN ('DeleteWebACL', 'DeleteRule', 'DeleteRuleGroup'))
        OR (event_source = 'waf-regional.amazonaws.com' AND event_base_name IN ('DeleteWebACL', 'DeleteRule', 'DeleteRuleGroup', 'DisassociateWebACL'))
        OR (event_source = 's3.amazonaws.com' AND event_base_name = 'PutBucketLogging')
        OR (
            event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketLifecycle', 'DeleteBucketLifecycle')
            AND (
                bucket_name IS NULL
                OR regexp_matches(lower(bucket_name), 'log|trail|audit')
                OR bucket_name IN (
                    SELECT coalesce(b.request_parameters ->> '$.s3BucketName', b.response_elements ->> '$.s3BucketName') FROM around_scope($accounts, $regions) AS b
                    WHERE b.event_source = 'cloudtrail.amazonaws.com' AND b.event_base_name IN ('CreateTrail', 'UpdateTrail')
                )
            )
        )
        OR (event_source = 'account.amazonaws.com' AND event_base_name = 'DisableRegion')
    )
ORDER BY event_time, event_id, event_key;
