-- /// query
-- name = "traffic_mirroring"
-- title = "Traffic mirroring"
-- question = "Was packet capture set up, from which interface to which target?"
-- events = [
--   "ec2:CreateTrafficMirrorTarget", "ec2:CreateTrafficMirrorFilter", "ec2:CreateTrafficMirrorFilterRule",
--   "ec2:CreateTrafficMirrorSession", "ec2:ModifyTrafficMirrorSession", "ec2:ModifyTrafficMirrorFilterRule",
--   "ec2:ModifyTrafficMirrorFilterNetworkServices", "ec2:DeleteTrafficMirrorSession", "ec2:DeleteTrafficMirrorTarget",
--   "ec2:DeleteTrafficMirrorFilter", "ec2:DeleteTrafficMirrorFilterRule",
-- ]
-- attack = ["T1040", "T1020.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No mirroring was set up by a recorded call."
-- look = "Sessions on servers and balancers towards an instance that is new."
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
    inside(request_parameters, event_base_name) ->> '$.NetworkInterfaceId' AS source_interface,
    coalesce(inside(request_parameters, event_base_name) ->> '$.TrafficMirrorTargetId', inside(request_parameters, event_base_name) ->> '$.NetworkLoadBalancerArn', inside(request_parameters, event_base_name) ->> '$.GatewayLoadBalancerEndpointId') AS mirror_target,
    coalesce(inside(request_parameters, event_base_name) ->> '$.TrafficMirrorSessionId', response_elements ->> '$.CreateTrafficMirrorSessionResponse.trafficMirrorSession.trafficMirrorSessionId') AS session_id,
    CAST(inside(request_parameters, event_base_name) AS VARCHAR) AS details,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'CreateTrafficMirrorTarget', 'CreateTrafficMirrorFilter', 'CreateTrafficMirrorFilterRule',
            'CreateTrafficMirrorSession', 'ModifyTrafficMirrorSession', 'ModifyTrafficMirrorFilterRule',
            'ModifyTrafficMirrorFilterNetworkServices', 'DeleteTrafficMirrorSession', 'DeleteTrafficMirrorTarget',
            'DeleteTrafficMirrorFilter', 'DeleteTrafficMirrorFilterRule'
        )
ORDER BY event_time, event_id, event_key;
