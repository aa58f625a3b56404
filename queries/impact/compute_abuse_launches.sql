-- /// query
-- name = "compute_abuse_launches"
-- title = "Launches of large, many or accelerated machines"
-- question = "Which launches ask for large or accelerated types, many at once, spot capacity, or ran into limits?"
-- events = [
--   "ec2:RunInstances", "ec2:RequestSpotInstances", "ec2:RequestSpotFleet", "ec2:CreateFleet", "ec2:ModifyFleet",
--   "ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion", "autoscaling:CreateAutoScalingGroup",
--   "autoscaling:UpdateAutoScalingGroup", "autoscaling:SetDesiredCapacity", "autoscaling:CreateLaunchConfiguration",
--   "lightsail:CreateInstances",
-- ]
-- attack = ["T1496.001", "T1535"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No launch stands out. Other launches are shown by instances_launched."
-- look = "GPU types, regions without machines, limits reached again and again, protection against termination."
--
-- [params]
-- min_count = { type = "BIGINT", default = 5, help = "Machines asked for at once that make a launch stand out" }
-- all_launches = { type = "BOOLEAN", default = false, help = "Also launches without anything that stands out" }
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
    instance_types_in(request_parameters) AS instance_types,
    machines_asked(request_parameters) AS asked_for,
    abuse_signs(request_parameters, event_base_name, error_class, $min_count) AS stands_out_for,
    user_data_given(request_parameters, event_base_name) AS has_user_data,
    as_flag(json_extract(request_parameters, '$.disableApiTermination')) AS termination_protection,
    list_transform(items_of(json_extract(response_elements, '$.instancesSet')), lambda i: i ->> '$.instanceId') AS instance_ids,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'RunInstances', 'RequestSpotInstances', 'RequestSpotFleet', 'CreateFleet', 'ModifyFleet',
            'CreateLaunchTemplate', 'CreateLaunchTemplateVersion'
        ))
        OR (event_source = 'autoscaling.amazonaws.com' AND event_base_name IN (
            'CreateAutoScalingGroup', 'UpdateAutoScalingGroup', 'SetDesiredCapacity', 'CreateLaunchConfiguration'
        ))
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name = 'CreateInstances')
    )
    AND ($all_launches OR outcome = 'denied' OR len(abuse_signs(request_parameters, event_base_name, error_class, $min_count)) > 0)
ORDER BY event_time, event_id, event_key;
