-- /// query
-- name = "load_balancer_changes"
-- title = "Changes of load balancers"
-- question = "Which listeners, rules, certificates, targets or exposures of load balancers were changed?"
-- events = [
--   "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:DeleteLoadBalancer",
--   "elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener",
--   "elasticloadbalancing:DeleteListener", "elasticloadbalancing:CreateRule", "elasticloadbalancing:ModifyRule",
--   "elasticloadbalancing:DeleteRule", "elasticloadbalancing:RegisterTargets",
--   "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
--   "elasticloadbalancing:DeregisterInstancesFromLoadBalancer", "elasticloadbalancing:CreateLoadBalancerListeners",
--   "elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:SetSecurityGroups",
--   "elasticloadbalancing:ModifyLoadBalancerAttributes",
--   "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate",
-- ]
-- attack = ["T1578.005", "T1557"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudtrail-logs.html"]
-- empty = "No recorded call changed a load balancer."
-- look = "Listeners without encryption, rules that redirect, targets that nobody knows, balancers that face the internet."
--
-- [params]
-- balancer = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a name or ARN; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
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
    coalesce(request_parameters ->> '$.loadBalancerArn', request_parameters ->> '$.loadBalancerName', request_parameters ->> '$.listenerArn', request_parameters ->> '$.ruleArn', request_parameters ->> '$.targetGroupArn', request_parameters ->> '$.name') AS balancer,
    request_parameters ->> '$.scheme' AS scheme,
    coalesce(request_parameters ->> '$.protocol', request_parameters ->> '$.listeners[0].protocol') AS protocol,
    coalesce(request_parameters ->> '$.port', request_parameters ->> '$.listeners[0].loadBalancerPort') AS port,
    list_concat(list_transform(as_list(json_extract(request_parameters, '$.actions')), lambda a: a ->> '$.type'), list_transform(as_list(json_extract(request_parameters, '$.defaultActions')), lambda a: a ->> '$.type')) AS action_types,
    list_concat(list_transform(as_list(json_extract(request_parameters, '$.targets')), lambda t: t ->> '$.id'), list_transform(as_list(json_extract(request_parameters, '$.instances')), lambda t: t ->> '$.instanceId')) AS targets,
    list_transform(as_list(json_extract(request_parameters, '$.certificates')), lambda c: c ->> '$.certificateArn') AS certificates,
    list_transform(as_list(json_extract(request_parameters, '$.attributes')), lambda a: (a ->> '$.key') || '=' || coalesce(a ->> '$.value', '')) AS attributes,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'elasticloadbalancing.amazonaws.com' AND event_base_name IN (
        'CreateLoadBalancer', 'DeleteLoadBalancer', 'CreateListener', 'ModifyListener', 'DeleteListener',
        'CreateRule', 'ModifyRule', 'DeleteRule', 'RegisterTargets', 'DeregisterTargets',
        'RegisterInstancesWithLoadBalancer', 'DeregisterInstancesFromLoadBalancer', 'CreateLoadBalancerListeners',
        'AddListenerCertificates', 'SetSecurityGroups', 'ModifyLoadBalancerAttributes',
        'SetLoadBalancerListenerSSLCertificate'
    )
    AND mentions($balancer, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
