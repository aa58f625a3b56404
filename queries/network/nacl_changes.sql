-- /// query
-- name = "nacl_changes"
-- title = "Changes of network ACLs"
-- question = "Which network ACL entries were opened, replaced or deleted?"
-- events = [
--   "ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry", "ec2:ReplaceNetworkAclEntry", "ec2:DeleteNetworkAclEntry",
--   "ec2:DeleteNetworkAcl", "ec2:ReplaceNetworkAclAssociation",
-- ]
-- attack = ["T1562.007"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No network ACL was changed by a recorded call."
-- look = "Entries that allow everything with a low number, deny entries that vanish."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "destruction"
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
    coalesce(request_parameters ->> '$.networkAclId', response_elements ->> '$.networkAcl.networkAclId') AS network_acl_id,
    request_parameters ->> '$.ruleNumber' AS rule_number,
    request_parameters ->> '$.ruleAction' AS rule_action,
    request_parameters ->> '$.egress' AS is_egress,
    request_parameters ->> '$.aclProtocol' AS protocol,
    coalesce(request_parameters ->> '$.cidrBlock', request_parameters ->> '$.ipv6CidrBlock') AS network,
    nullif(concat_ws('-', request_parameters ->> '$.portRange.from', request_parameters ->> '$.portRange.to'), '') AS ports,
    CASE
        WHEN NOT was_done(outcome) THEN FALSE
        WHEN event_base_name IN ('CreateNetworkAclEntry', 'ReplaceNetworkAclEntry') AND kept(request_parameters)
            THEN (request_parameters ->> '$.ruleAction') = 'allow'
                AND is_world(coalesce(request_parameters ->> '$.cidrBlock', request_parameters ->> '$.ipv6CidrBlock'))
    END AS wide_open,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'CreateNetworkAcl', 'CreateNetworkAclEntry', 'ReplaceNetworkAclEntry', 'DeleteNetworkAclEntry',
            'DeleteNetworkAcl', 'ReplaceNetworkAclAssociation'
        )
ORDER BY event_time, event_id, event_key;
