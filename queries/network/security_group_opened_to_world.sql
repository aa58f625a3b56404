-- /// query
-- name = "security_group_opened_to_world"
-- title = "Security group rules that let the whole internet in or out"
-- question = "Which security group rules opened ports to the whole internet, and were they taken back?"
-- events = ["ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", "ec2:ModifySecurityGroupRules"]
-- attack = ["T1562.007", "T1133"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No rule was opened to the whole internet by a recorded call. Rules that stood before are not shown."
-- look = "taken_back_at: the first of these rules was revoked or the group deleted. Administration and database ports, all protocols, short openings around the incident."
--
-- [params]
-- direction = { type = "VARCHAR", choices = ["ingress", "egress", "both"], default = "both", help = "ingress, egress or both" }
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
    coalesce(request_parameters ->> '$.groupId', request_parameters ->> '$.ModifySecurityGroupRulesRequest.GroupId', request_parameters ->> '$.groupName') AS group_id,
    given(outcome, list_filter(rules_of(request_parameters, response_elements), lambda r: is_world(r))) AS opened,
    only_tried(outcome, list_filter(rules_of(request_parameters, response_elements), lambda r: is_world(r))) AS tried_to_open,
    (
        SELECT min(b.event_time) FROM around_scope($accounts, $regions) AS b
        WHERE b.event_source = 'ec2.amazonaws.com' AND b.event_base_name IN ('RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress', 'DeleteSecurityGroup')
            AND b.outcome = 'success' AND b.event_time >= opened_calls.event_time
            AND (b.request_parameters ->> '$.groupId') = (opened_calls.request_parameters ->> '$.groupId')
            AND (
                b.event_base_name = 'DeleteSecurityGroup'
                OR (
                    (opened_calls.event_base_name = 'ModifySecurityGroupRules' OR right(b.event_base_name, 6) = right(opened_calls.event_base_name, 6))
                    AND list_has_any(
                        rules_of(b.request_parameters, b.response_elements),
                        list_filter(rules_of(opened_calls.request_parameters, opened_calls.response_elements), lambda r: is_world(r))
                    )
                )
            )
    ) AS taken_back_at,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS opened_calls
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'ModifySecurityGroupRules'
        )
    AND len(list_filter(rules_of(request_parameters, response_elements), lambda r: is_world(r))) > 0
    AND ($direction = 'both' OR event_base_name = 'ModifySecurityGroupRules' OR lower(event_base_name) LIKE '%' || $direction)
ORDER BY event_time, event_id, event_key;
