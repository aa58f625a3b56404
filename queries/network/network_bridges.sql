-- /// query
-- name = "network_bridges"
-- title = "Bridges to other networks"
-- question = "Which peerings, transit attachments, VPNs, endpoints and private links were made, accepted or opened?"
-- events = [
--   "ec2:CreateVpcPeeringConnection", "ec2:AcceptVpcPeeringConnection", "ec2:DeleteVpcPeeringConnection",
--   "ec2:CreateTransitGateway", "ec2:CreateTransitGatewayVpcAttachment", "ec2:AcceptTransitGatewayVpcAttachment",
--   "ec2:CreateTransitGatewayPeeringAttachment", "ec2:CreateVpnConnection", "ec2:CreateVpnGateway",
--   "ec2:CreateCustomerGateway", "ec2:CreateClientVpnEndpoint", "ec2:ExportClientVpnClientConfiguration",
--   "ec2:AuthorizeClientVpnIngress", "ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint",
--   "ec2:CreateVpcEndpointServiceConfiguration", "ec2:ModifyVpcEndpointServicePermissions",
--   "ec2:AcceptVpcEndpointConnections", "ec2:CreateInstanceConnectEndpoint", "ec2:DeleteInstanceConnectEndpoint",
-- ]
-- attack = ["T1199", "T1133"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/vpc/latest/userguide/logging-api-calls.html"]
-- empty = "No recorded call made or accepted a bridge."
-- look = "Accounts that are not ours on the other side, client VPN configurations that were exported, endpoint services opened to everyone."
--
-- [params]
-- network = { type = "VARCHAR", entity = "resource", default = "", help = "VPC, gateway, endpoint or connection; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
-- ///
WITH calls AS (
    SELECT
        *,
        as_texts(json_extract(inside(request_parameters, event_base_name), '$.AddAllowedPrincipals')) AS added,
        as_texts(json_extract(inside(request_parameters, event_base_name), '$.RemoveAllowedPrincipals')) AS removed,
        list_concat([request_parameters ->> '$.peerOwnerId', inside(request_parameters, event_base_name) ->> '$.PeerOwnerId', response_elements ->> '$.vpcPeeringConnection.requesterVpcInfo.ownerId', response_elements ->> '$.vpcPeeringConnection.accepterVpcInfo.ownerId', inside(request_parameters, event_base_name) ->> '$.PeerAccountId'], list_transform(as_texts(json_extract(inside(request_parameters, event_base_name), '$.AddAllowedPrincipals')), lambda p: account_of_principal(p))) AS let_in
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'CreateVpcPeeringConnection', 'AcceptVpcPeeringConnection', 'DeleteVpcPeeringConnection',
            'CreateTransitGateway', 'CreateTransitGatewayVpcAttachment', 'AcceptTransitGatewayVpcAttachment',
            'CreateTransitGatewayPeeringAttachment', 'CreateVpnConnection', 'CreateVpnGateway', 'CreateCustomerGateway',
            'CreateClientVpnEndpoint', 'ExportClientVpnClientConfiguration', 'AuthorizeClientVpnIngress',
            'CreateVpcEndpoint', 'ModifyVpcEndpoint', 'CreateVpcEndpointServiceConfiguration',
            'ModifyVpcEndpointServicePermissions', 'AcceptVpcEndpointConnections', 'CreateInstanceConnectEndpoint',
            'DeleteInstanceConnectEndpoint'
        )
        AND mentions($network, request_parameters, response_elements, resources, error_message)
)

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
    coalesce(request_parameters ->> '$.vpcId', inside(request_parameters, event_base_name) ->> '$.VpcId') AS vpc,
    coalesce(request_parameters ->> '$.peerVpcId', inside(request_parameters, event_base_name) ->> '$.PeerVpcId', response_elements ->> '$.vpcPeeringConnection.requesterVpcInfo.vpcId') AS other_vpc,
    coalesce(request_parameters ->> '$.vpcPeeringConnectionId', response_elements ->> '$.vpcPeeringConnection.vpcPeeringConnectionId', inside(request_parameters, event_base_name) ->> '$.TransitGatewayId', inside(request_parameters, event_base_name) ->> '$.ClientVpnEndpointId', inside(request_parameters, event_base_name) ->> '$.ServiceId', response_elements ->> '$.CreateVpcEndpointResponse.vpcEndpoint.vpcEndpointId') AS bridge,
    coalesce(inside(request_parameters, event_base_name) ->> '$.ServiceName', request_parameters ->> '$.serviceName') AS service_name,
    given(outcome, added) AS opened_to,
    given(outcome, removed) AS closed_to,
    given(outcome, outsiders(let_in, recipient_account_id, own.ids)) AS outside_accounts,
    only_tried(outcome, list_concat(added, outsiders(let_in, recipient_account_id, own.ids))) AS tried_to_let_in,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
