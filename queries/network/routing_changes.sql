-- /// query
-- name = "routing_changes"
-- title = "Changes of routes, gateways and addresses"
-- question = "Which routes, gateways, route tables and public addresses were changed: a new way out, or a detour?"
-- events = [
--   "ec2:CreateRoute", "ec2:ReplaceRoute", "ec2:DeleteRoute", "ec2:CreateRouteTable", "ec2:DeleteRouteTable",
--   "ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation",
--   "ec2:CreateInternetGateway", "ec2:AttachInternetGateway", "ec2:DetachInternetGateway", "ec2:DeleteInternetGateway",
--   "ec2:CreateEgressOnlyInternetGateway", "ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:AllocateAddress",
--   "ec2:AssociateAddress", "ec2:DisassociateAddress", "ec2:ReleaseAddress", "ec2:EnableAddressTransfer",
--   "ec2:AcceptAddressTransfer", "ec2:DisableAddressTransfer",
-- ]
-- attack = ["T1562.007", "T1578.005"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No routing was changed by a recorded call."
-- look = "Default routes to unknown interfaces, gateways on private networks, addresses given to other accounts."
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
    coalesce(request_parameters ->> '$.routeTableId', response_elements ->> '$.routeTable.routeTableId') AS route_table_id,
    coalesce(request_parameters ->> '$.destinationCidrBlock', request_parameters ->> '$.destinationIpv6CidrBlock', request_parameters ->> '$.destinationPrefixListId') AS destination,
    coalesce(request_parameters ->> '$.gatewayId', request_parameters ->> '$.natGatewayId', request_parameters ->> '$.networkInterfaceId', request_parameters ->> '$.instanceId', request_parameters ->> '$.transitGatewayId', request_parameters ->> '$.vpcPeeringConnectionId', request_parameters ->> '$.internetGatewayId') AS by_way_of,
    request_parameters ->> '$.vpcId' AS vpc_id,
    coalesce(request_parameters ->> '$.publicIp', response_elements ->> '$.publicIp', inside(request_parameters, event_base_name) ->> '$.AllocationId', request_parameters ->> '$.allocationId') AS public_address,
    inside(request_parameters, event_base_name) ->> '$.TransferAccountId' AS given_to_account,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'CreateRoute', 'ReplaceRoute', 'DeleteRoute', 'CreateRouteTable', 'DeleteRouteTable',
            'AssociateRouteTable', 'DisassociateRouteTable', 'ReplaceRouteTableAssociation', 'CreateInternetGateway',
            'AttachInternetGateway', 'DetachInternetGateway', 'DeleteInternetGateway',
            'CreateEgressOnlyInternetGateway', 'CreateNatGateway', 'DeleteNatGateway', 'AllocateAddress',
            'AssociateAddress', 'DisassociateAddress', 'ReleaseAddress', 'EnableAddressTransfer',
            'AcceptAddressTransfer', 'DisableAddressTransfer'
        )
ORDER BY event_time, event_id, event_key;
