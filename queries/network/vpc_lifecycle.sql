-- /// query
-- name = "vpc_lifecycle"
-- title = "Networks made and deleted"
-- question = "Which networks and subnets were made, deleted or changed?"
-- events = [
--   "ec2:CreateVpc", "ec2:DeleteVpc", "ec2:ModifyVpcAttribute", "ec2:CreateDefaultVpc", "ec2:CreateSubnet",
--   "ec2:DeleteSubnet", "ec2:ModifySubnetAttribute", "ec2:CreateDefaultSubnet", "ec2:AssociateVpcCidrBlock",
--   "ec2:DisassociateVpcCidrBlock", "ec2:CreateDhcpOptions", "ec2:AssociateDhcpOptions", "ec2:EnableVpcClassicLink",
--   "ec2:DisableVpcClassicLink", "ec2:AttachClassicLinkVpc", "ec2:DetachClassicLinkVpc",
-- ]
-- attack = ["T1578"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/vpc/latest/userguide/logging-api-calls.html"]
-- empty = "No recorded call made, changed or deleted a network."
-- look = "Networks in regions that nobody uses, default networks made again, networks deleted with what was in them."
--
-- [params]
-- network = { type = "VARCHAR", entity = "resource", default = "", help = "VPC or subnet; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "compute_abuse"
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
    coalesce(request_parameters ->> '$.vpcId', response_elements ->> '$.vpc.vpcId', response_elements ->> '$.subnet.vpcId') AS vpc,
    coalesce(request_parameters ->> '$.subnetId', response_elements ->> '$.subnet.subnetId') AS subnet,
    coalesce(request_parameters ->> '$.cidrBlock', response_elements ->> '$.vpc.cidrBlock') AS cidr,
    as_flag(json_extract(response_elements, '$.vpc.isDefault')) AS is_default,
    as_flag(json_extract(request_parameters, '$.mapPublicIpOnLaunch')) AS public_addresses,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
        'CreateVpc', 'DeleteVpc', 'ModifyVpcAttribute', 'CreateDefaultVpc', 'CreateSubnet', 'DeleteSubnet',
        'ModifySubnetAttribute', 'CreateDefaultSubnet', 'AssociateVpcCidrBlock', 'DisassociateVpcCidrBlock',
        'CreateDhcpOptions', 'AssociateDhcpOptions', 'EnableVpcClassicLink', 'DisableVpcClassicLink',
        'AttachClassicLinkVpc', 'DetachClassicLinkVpc'
    )
    AND mentions($network, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
