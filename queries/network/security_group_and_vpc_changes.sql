-- /// query
-- name = "security_group_and_vpc_changes"
-- title = "Changes of security groups and networks"
-- question = "Which security groups, network ACLs, routes, gateways and other network parts were changed, by whom, and what was opened?"
-- events = [
--   "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
--   "ec2:RevokeSecurityGroupEgress", "ec2:ModifySecurityGroupRules",
--   "ec2:UpdateSecurityGroupRuleDescriptionsIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
--   "ec2:CreateSecurityGroup", "ec2:DeleteSecurityGroup", "ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry",
--   "ec2:ReplaceNetworkAclEntry", "ec2:DeleteNetworkAclEntry", "ec2:DeleteNetworkAcl",
--   "ec2:ReplaceNetworkAclAssociation", "ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute",
--   "ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:AssociateRouteTable", "ec2:DisassociateRouteTable",
--   "ec2:CreateInternetGateway", "ec2:AttachInternetGateway", "ec2:DetachInternetGateway",
--   "ec2:DeleteInternetGateway", "ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:CreateVpc", "ec2:DeleteVpc",
--   "ec2:CreateDefaultVpc", "ec2:ModifyVpcAttribute", "ec2:CreateSubnet", "ec2:DeleteSubnet",
--   "ec2:ModifySubnetAttribute", "ec2:CreateVpcPeeringConnection", "ec2:AcceptVpcPeeringConnection",
--   "ec2:DeleteVpcPeeringConnection", "ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:DeleteVpcEndpoints",
--   "ec2:CreateTransitGatewayVpcAttachment", "ec2:CreateVpnConnection", "ec2:CreateClientVpnEndpoint",
--   "ec2:AllocateAddress", "ec2:AssociateAddress", "ec2:DisassociateAddress", "ec2:ReleaseAddress",
--   "ec2:DeleteFlowLogs", "ec2:CreateFlowLogs", "ec2:CreateTrafficMirrorSession",
-- ]
-- attack = ["T1562.007", "T1578.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No change of networks is recorded. Changes by services on someone's behalf carry the service as invoked_by."
-- look = "0.0.0.0/0 or ::/0 on administration ports, rules that are taken back minutes later, new peerings and gateways."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}"]
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
    rules_of(request_parameters, response_elements) AS rules,
    CASE
        WHEN event_base_name LIKE 'AuthorizeSecurityGroup%' OR event_base_name = 'ModifySecurityGroupRules'
            THEN CASE
                WHEN outcome NOT IN ('success', 'requested') THEN FALSE
                WHEN len(rules_of(request_parameters, response_elements)) > 0
                    THEN len(list_filter(rules_of(request_parameters, response_elements), lambda r: is_world(r))) > 0
            END
    END AS opens_to_world,
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress',
            'RevokeSecurityGroupEgress', 'ModifySecurityGroupRules', 'UpdateSecurityGroupRuleDescriptionsIngress',
            'UpdateSecurityGroupRuleDescriptionsEgress', 'CreateSecurityGroup', 'DeleteSecurityGroup',
            'CreateNetworkAcl', 'CreateNetworkAclEntry', 'ReplaceNetworkAclEntry', 'DeleteNetworkAclEntry',
            'DeleteNetworkAcl', 'ReplaceNetworkAclAssociation', 'CreateRoute', 'ReplaceRoute', 'DeleteRoute',
            'CreateRouteTable', 'DeleteRouteTable', 'AssociateRouteTable', 'DisassociateRouteTable',
            'CreateInternetGateway', 'AttachInternetGateway', 'DetachInternetGateway', 'DeleteInternetGateway',
            'CreateNatGateway', 'DeleteNatGateway', 'CreateVpc', 'DeleteVpc', 'CreateDefaultVpc', 'ModifyVpcAttribute',
            'CreateSubnet', 'DeleteSubnet', 'ModifySubnetAttribute', 'CreateVpcPeeringConnection',
            'AcceptVpcPeeringConnection', 'DeleteVpcPeeringConnection', 'CreateVpcEndpoint', 'ModifyVpcEndpoint',
            'DeleteVpcEndpoints', 'CreateTransitGatewayVpcAttachment', 'CreateVpnConnection',
            'CreateClientVpnEndpoint', 'AllocateAddress', 'AssociateAddress', 'DisassociateAddress', 'ReleaseAddress',
            'DeleteFlowLogs', 'CreateFlowLogs', 'CreateTrafficMirrorSession'
        )
ORDER BY event_time, event_id, event_key;
