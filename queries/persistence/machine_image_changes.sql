-- /// query
-- name = "machine_image_changes"
-- title = "Machine images made, registered and copied"
-- question = "Which machine images were made, registered, copied, imported or removed, from what?"
-- events = [
--   "ec2:CreateImage", "ec2:RegisterImage", "ec2:CopyImage", "ec2:ImportImage", "ec2:ImportSnapshot",
--   "ec2:DeregisterImage", "ec2:CreateRestoreImageTask", "ec2:EnableImageDeprecation", "ec2:DisableImage",
--   "imagebuilder:CreateImage", "imagebuilder:CreateImagePipeline", "imagebuilder:CreateComponent",
--   "imagebuilder:UpdateImagePipeline",
-- ]
-- attack = ["T1525", "T1204.003"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No recorded change of machine images."
-- look = "Images of servers that hold data, registered from foreign snapshots; launches that use them."
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
    coalesce(response_elements ->> '$.imageId', request_parameters ->> '$.imageId') AS image_id,
    request_parameters ->> '$.name' AS name,
    request_parameters ->> '$.instanceId' AS instance_id,
    request_parameters ->> '$.noReboot' AS no_reboot,
    request_parameters ->> '$.sourceImageId' AS source_image_id,
    request_parameters ->> '$.sourceRegion' AS source_region,
    list_filter(list_transform(items_of(json_extract(request_parameters, '$.blockDeviceMapping')), lambda b: b ->> '$.ebs.snapshotId'), lambda x: x IS NOT NULL) AS snapshots,
    CASE WHEN (response_elements ->> '$.imageId') IS NOT NULL THEN (SELECT count(*) FROM around_scope($accounts, $regions) AS l WHERE l.event_source = 'ec2.amazonaws.com' AND l.event_base_name = 'RunInstances' AND contains(CAST(l.request_parameters AS VARCHAR), response_elements ->> '$.imageId')) END AS later_launches,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'CreateImage', 'RegisterImage', 'CopyImage', 'ImportImage', 'ImportSnapshot', 'DeregisterImage',
            'CreateRestoreImageTask', 'EnableImageDeprecation', 'DisableImage'
        ))
        OR (event_source = 'imagebuilder.amazonaws.com' AND event_base_name IN (
            'CreateImage', 'CreateImagePipeline', 'CreateComponent', 'UpdateImagePipeline'
        ))
    )
ORDER BY event_time, event_id, event_key;
