-- /// query
-- name = "instance_state_changes"
-- title = "Instances started, stopped, changed and terminated"
-- question = "Which instances were started, stopped, rebooted, terminated or changed, by whom?"
-- events = [
--   "ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances", "ec2:TerminateInstances",
--   "ec2:ModifyInstanceAttribute", "ec2:ResetInstanceAttribute", "ec2:ModifyInstanceMetadataOptions",
--   "ec2:MonitorInstances", "ec2:UnmonitorInstances",
-- ]
-- attack = ["T1578", "T1489"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No state of an instance was changed by a recorded call. Instances stop by themselves too, without a call."
-- look = "User data replaced between stop and start, termination protection switched on by strangers, whole fleets terminated."
--
-- [params]
-- instance_id = { type = "VARCHAR", entity = "resource", default = "", help = "Instance; refused calls that name nothing are shown too. None given means all" }
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
    list_sort(list_distinct(list_filter(list_concat(list_transform(items_of(json_extract(request_parameters, '$.instancesSet')), lambda i: i ->> '$.instanceId'), [coalesce(request_parameters ->> '$.instanceId', inside(request_parameters, event_base_name) ->> '$.InstanceId')]), lambda x: x IS NOT NULL))) AS instance_ids,
    list_transform(items_of(json_extract(response_elements, '$.instancesSet')), lambda i: (i ->> '$.previousState.name') || ' to ' || (i ->> '$.currentState.name')) AS states,
    CASE
        WHEN event_base_name = 'ModifyInstanceAttribute' AND NOT was_done(outcome) THEN FALSE
        WHEN event_base_name = 'ModifyInstanceAttribute' AND kept(request_parameters) THEN json_exists(request_parameters, '$.userData')
    END AS user_data_replaced,
    as_flag(json_extract(request_parameters, '$.disableApiTermination')) AS termination_protection,
    list_transform(items_of(json_extract(request_parameters, '$.groupSet')), lambda g: g ->> '$.groupId') AS security_groups,
    inside(request_parameters, event_base_name) ->> '$.HttpTokens' AS metadata_tokens,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'StartInstances', 'StopInstances', 'RebootInstances', 'TerminateInstances', 'ModifyInstanceAttribute',
            'ResetInstanceAttribute', 'ModifyInstanceMetadataOptions', 'MonitorInstances', 'UnmonitorInstances'
        )
    AND mentions($instance_id, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
