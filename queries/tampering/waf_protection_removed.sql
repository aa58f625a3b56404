-- /// query
-- name = "waf_protection_removed"
-- title = "Web protection removed"
-- question = "Which web ACLs, rules, address sets or their logs were removed or detached?"
-- events = [
--   "wafv2:DeleteWebACL", "wafv2:DeleteRuleGroup", "wafv2:UpdateWebACL", "wafv2:UpdateIPSet",
--   "wafv2:DisassociateWebACL", "wafv2:DeleteLoggingConfiguration", "wafv2:DeleteIPSet", "waf:DeleteWebACL",
--   "waf:DeleteRule", "waf:DeleteRuleGroup", "waf:DeleteIPSet", "waf:UpdateWebACL", "waf-regional:DeleteWebACL",
--   "waf-regional:DeleteRule", "waf-regional:DeleteRuleGroup", "waf-regional:DisassociateWebACL",
--   "network-firewall:DeleteFirewall", "network-firewall:DeleteFirewallPolicy",
--   "network-firewall:DeleteRuleGroup", "network-firewall:UpdateLoggingConfiguration",
-- ]
-- attack = ["T1562.007"]
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
    coalesce(request_parameters ->> '$.resourceArn', request_parameters ->> '$.name') AS subject,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'wafv2.amazonaws.com' AND event_base_name IN (
            'DeleteWebACL', 'DeleteRuleGroup', 'UpdateWebACL', 'UpdateIPSet', 'DisassociateWebACL',
            'DeleteLoggingConfiguration', 'DeleteIPSet'
        ))
        OR (event_source = 'waf.amazonaws.com' AND event_base_name IN ('DeleteWebACL', 'DeleteRule', 'DeleteRuleGroup', 'DeleteIPSet', 'UpdateWebACL'))
        OR (event_source = 'waf-regional.amazonaws.com' AND event_base_name IN ('DeleteWebACL', 'DeleteRule', 'DeleteRuleGroup', 'DisassociateWebACL'))
        OR (event_source = 'network-firewall.amazonaws.com' AND event_base_name IN (
            'DeleteFirewall', 'DeleteFirewallPolicy', 'DeleteRuleGroup', 'UpdateLoggingConfiguration'
        ))
    )
ORDER BY event_time, event_id, event_key;
