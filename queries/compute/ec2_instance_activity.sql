-- /// query
-- name = "ec2_instance_activity"
-- title = "EC2 instances started, stopped and changed"
-- question = "Which instances were launched, started, stopped, changed or terminated, with which image, type, key and role?"
-- events = [
--   "ec2:RunInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances",
--   "ec2:TerminateInstances", "ec2:ModifyInstanceAttribute", "ec2:ResetInstanceAttribute",
--   "ec2:RequestSpotInstances", "ec2:RequestSpotFleet", "ec2:CreateFleet", "ec2:ModifyInstanceMetadataOptions",
--   "ec2:AssociateIamInstanceProfile", "ec2:DisassociateIamInstanceProfile",
--   "ec2:ReplaceIamInstanceProfileAssociation", "ec2:GetPasswordData", "ec2:GetConsoleOutput",
--   "ec2:GetConsoleScreenshot", "ec2:CreateImage", "ec2:MonitorInstances", "ec2:UnmonitorInstances",
-- ]
-- attack = ["T1578.002", "T1496.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No instance was launched or changed by a recorded call."
-- look = "Big or GPU types, new regions, instance profiles, user data that is rewritten between stop and start."
--
-- [params]
-- instance_id = { type = "VARCHAR", entity = "resource", default = "", help = "Instance; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "in {aws_region}", "and got {error_class}"]
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
    instance_ids_of(request_parameters, response_elements) AS instance_ids,
    unwrapped(json_extract(request_parameters, '$.instanceType')) AS instance_type,
    items_of(json_extract(request_parameters, '$.instancesSet'))[1] ->> '$.imageId' AS image_id,
    coalesce(items_of(json_extract(request_parameters, '$.instancesSet'))[1] ->> '$.keyName', request_parameters ->> '$.keyName') AS key_name,
    coalesce(request_parameters ->> '$.iamInstanceProfile.arn', request_parameters ->> '$.iamInstanceProfile.name') AS instance_profile,
    user_data_given(request_parameters, event_base_name) AS has_user_data,
    CASE
        WHEN event_base_name IN ('ModifyInstanceAttribute', 'ResetInstanceAttribute', 'ModifyInstanceMetadataOptions')
            THEN list_transform(
                list_filter(json_keys(inside(request_parameters, event_base_name)), lambda k: lower(k) <> 'instanceid'),
                lambda k: k || ' ' || coalesce(unwrapped(member(inside(request_parameters, event_base_name), k)), '')
            )
    END AS asked_to_change,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'RunInstances', 'StartInstances', 'StopInstances', 'RebootInstances', 'TerminateInstances',
            'ModifyInstanceAttribute', 'ResetInstanceAttribute', 'RequestSpotInstances', 'RequestSpotFleet',
            'CreateFleet', 'ModifyInstanceMetadataOptions', 'AssociateIamInstanceProfile',
            'DisassociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation', 'GetPasswordData',
            'GetConsoleOutput', 'GetConsoleScreenshot', 'CreateImage', 'MonitorInstances', 'UnmonitorInstances'
        )
    AND ($instance_id = '' OR contains(CAST(request_parameters AS VARCHAR), '"' || $instance_id || '"') OR contains(CAST(response_elements AS VARCHAR), '"' || $instance_id || '"'))
ORDER BY event_time, event_id, event_key;
