-- /// query
-- name = "image_sharing_changes"
-- title = "Sharing of machine images"
-- question = "Which machine images were shared, with whom, made public, or closed again?"
-- events = ["ec2:ModifyImageAttribute", "ec2:ResetImageAttribute", "ec2:CancelImageLaunchPermission"]
-- attack = ["T1537"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No image was shared by a recorded call."
-- look = "The group all, accounts and organizations that are not ours."
--
-- [params]
-- image_id = { type = "VARCHAR", entity = "resource", default = "", help = "Image; refused calls that name nothing are shown too. None given means all" }
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
    request_parameters ->> '$.imageId' AS image_id,
    list_concat(list_transform(items_of(json_extract(request_parameters, '$.launchPermission.add')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')), as_texts(json_extract(request_parameters, '$.userId'))) AS shared_with,
    list_transform(items_of(json_extract(request_parameters, '$.launchPermission.remove')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')) AS taken_from,
    outsiders(list_transform(items_of(json_extract(request_parameters, '$.launchPermission.add')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')), recipient_account_id, own.ids) AS outside_accounts,
    list_contains(list_transform(items_of(json_extract(request_parameters, '$.launchPermission.add')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')), 'all') AS made_public,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'ModifyImageAttribute', 'ResetImageAttribute', 'CancelImageLaunchPermission'
        )
    AND mentions($image_id, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
