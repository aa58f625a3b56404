-- /// query
-- name = "security_group_history"
-- title = "History of one security group"
-- question = "Which rules were added to, changed on or taken from this security group, and to what was it attached?"
-- events = [
--   "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
--   "ec2:RevokeSecurityGroupEgress", "ec2:ModifySecurityGroupRules", "ec2:CreateSecurityGroup",
--   "ec2:DeleteSecurityGroup", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
--   "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:ModifyNetworkInterfaceAttribute",
--   "ec2:ModifyInstanceAttribute", "ec2:RunInstances", "ec2:CreateNetworkInterface",
--   "ec2:ApplySecurityGroupsToClientVpnTargetNetwork", "elasticloadbalancing:SetSecurityGroups",
--   "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer", "elasticloadbalancing:CreateLoadBalancer",
--   "rds:ModifyDBInstance", "rds:ModifyDBCluster", "rds:CreateDBInstance", "lambda:UpdateFunctionConfiguration",
--   "lambda:CreateFunction", "elasticfilesystem:ModifyMountTargetSecurityGroups",
-- ]
-- attack = ["T1562.007"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No recorded change of this group. Rules that stood before the first log are not known from CloudTrail."
-- look = "Rules added and taken back, wide networks, attachments to databases."
--
-- [params]
-- group_id = { type = "VARCHAR", entity = "resource", help = "Security group such as sg-0a1b2c3d" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- group_id = "sg-"
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
    CASE WHEN event_base_name LIKE '%SecurityGroup%' THEN rules_of(request_parameters, response_elements) END AS rules,
    request_parameters ->> '$.groupName' AS group_name,
    request_parameters ->> '$.vpcId' AS vpc_id,
    CASE WHEN event_base_name NOT LIKE '%SecurityGroupIngress%' AND event_base_name NOT LIKE '%SecurityGroupEgress%' AND event_base_name NOT LIKE '%SecurityGroupRule%' THEN coalesce(request_parameters ->> '$.networkInterfaceId', request_parameters ->> '$.instanceId', items_of(json_extract(response_elements, '$.instancesSet'))[1] ->> '$.instanceId', request_parameters ->> '$.dBInstanceIdentifier', request_parameters ->> '$.loadBalancerArn', request_parameters ->> '$.functionName') END AS attached_to,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress',
            'RevokeSecurityGroupEgress', 'ModifySecurityGroupRules', 'CreateSecurityGroup', 'DeleteSecurityGroup',
            'UpdateSecurityGroupRuleDescriptionsIngress', 'UpdateSecurityGroupRuleDescriptionsEgress',
            'ModifyNetworkInterfaceAttribute', 'ModifyInstanceAttribute', 'RunInstances', 'CreateNetworkInterface',
            'ApplySecurityGroupsToClientVpnTargetNetwork'
        ))
        OR (event_source = 'elasticloadbalancing.amazonaws.com' AND event_base_name IN (
            'SetSecurityGroups', 'ApplySecurityGroupsToLoadBalancer', 'CreateLoadBalancer'
        ))
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'ModifyDBInstance', 'ModifyDBCluster', 'CreateDBInstance'
        ))
        OR (event_source = 'lambda.amazonaws.com' AND event_base_name IN (
            'UpdateFunctionConfiguration', 'CreateFunction'
        ))
        OR (event_source = 'elasticfilesystem.amazonaws.com' AND event_base_name = 'ModifyMountTargetSecurityGroups')
    )
    AND mentions($group_id, request_parameters, response_elements, resources, error_message)
    AND (event_base_name NOT IN ('RunInstances', 'CreateLoadBalancer', 'CreateDBInstance', 'ModifyDBInstance', 'ModifyDBCluster', 'CreateFunction', 'UpdateFunctionConfiguration') OR contains(concat_ws(' ', CAST(request_parameters AS VARCHAR), CAST(response_elements AS VARCHAR), error_message), $group_id))
ORDER BY event_time, event_id, event_key;
