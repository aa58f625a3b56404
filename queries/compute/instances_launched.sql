-- /// query
-- name = "instances_launched"
-- title = "Instances launched"
-- question = "Which instances were launched, by whom: image, type, key, role, network, start-up script?"
-- events = [
--   "ec2:RunInstances", "ec2:RequestSpotInstances", "ec2:RequestSpotFleet", "ec2:CreateFleet",
--   "lightsail:CreateInstances",
-- ]
-- attack = ["T1578.002"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No instance was launched by a recorded call."
-- look = "Types and regions that the company does not use, unknown images, many at once, key pairs made shortly before."
--
-- [params]
-- instance_types = { type = "VARCHAR[]", default = [], help = "Only these instance types, * and ? allowed; none given means all" }
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
    list_transform(items_of(json_extract(response_elements, '$.instancesSet')), lambda i: i ->> '$.instanceId') AS instance_ids,
    list_filter(list_transform(items_of(json_extract(response_elements, '$.instancesSet')), lambda i: i ->> '$.privateIpAddress'), lambda x: x IS NOT NULL) AS private_addresses,
    coalesce(unwrapped(json_extract(request_parameters, '$.instanceType')), items_of(json_extract(response_elements, '$.instancesSet'))[1] ->> '$.instanceType', request_parameters ->> '$.bundleId') AS instance_type,
    TRY_CAST(items_of(json_extract(request_parameters, '$.instancesSet'))[1] ->> '$.maxCount' AS BIGINT) AS asked_for,
    coalesce(items_of(json_extract(request_parameters, '$.instancesSet'))[1] ->> '$.imageId', items_of(json_extract(response_elements, '$.instancesSet'))[1] ->> '$.imageId') AS image_id,
    coalesce(items_of(json_extract(request_parameters, '$.instancesSet'))[1] ->> '$.keyName', request_parameters ->> '$.keyName') AS key_name,
    coalesce(request_parameters ->> '$.iamInstanceProfile.arn', request_parameters ->> '$.iamInstanceProfile.name') AS instance_profile,
    user_data_given(request_parameters, event_base_name) AS has_user_data,
    -- where the launch does not say, the subnet decides
    CASE
        WHEN list_contains(list_transform(items_of(json_extract(request_parameters, '$.networkInterfaceSet')), lambda n: as_flag(json_extract(n, '$.associatePublicIpAddress'))), TRUE) THEN TRUE
        WHEN list_contains(list_transform(items_of(json_extract(request_parameters, '$.networkInterfaceSet')), lambda n: as_flag(json_extract(n, '$.associatePublicIpAddress'))), FALSE) THEN FALSE
    END AS public_address_asked,
    coalesce(request_parameters ->> '$.launchTemplate.launchTemplateId', request_parameters ->> '$.launchTemplate.launchTemplateName') AS launch_template,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'RunInstances', 'RequestSpotInstances', 'RequestSpotFleet', 'CreateFleet'
        ))
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name = 'CreateInstances')
    )
    AND (len($instance_types) = 0 OR len(list_filter($instance_types, lambda t: matches(coalesce(unwrapped(json_extract(request_parameters, '$.instanceType')), request_parameters ->> '$.bundleId', '?'), t))) > 0)
ORDER BY event_time, event_id, event_key;
