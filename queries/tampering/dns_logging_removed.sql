-- /// query
-- name = "dns_logging_removed"
-- title = "DNS logging weakened"
-- question = "Was resolver query logging or DNS firewall weakened?"
-- events = [
--   "route53resolver:DeleteResolverQueryLogConfig", "route53resolver:DisassociateResolverQueryLogConfig",
--   "route53resolver:DeleteFirewallRule", "route53resolver:UpdateFirewallConfig",
--   "route53resolver:DisassociateFirewallRuleGroup", "route53:DeleteQueryLoggingConfig",
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
    (
        (event_source = 'route53resolver.amazonaws.com' AND event_base_name IN (
            'DeleteResolverQueryLogConfig', 'DisassociateResolverQueryLogConfig', 'DeleteFirewallRule',
            'UpdateFirewallConfig', 'DisassociateFirewallRuleGroup'
        ))
        OR (event_source = 'route53.amazonaws.com' AND event_base_name = 'DeleteQueryLoggingConfig')
    )
ORDER BY event_time, event_id, event_key;
