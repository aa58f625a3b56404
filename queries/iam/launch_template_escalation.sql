-- /// query
-- name = "launch_template_escalation"
-- title = "Launch templates and groups"
-- question = "Which launch templates or configurations were made or changed, with profile or user data, and used by groups?"
-- events = [
--   "ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate",
--   "autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup",
--   "autoscaling:CreateLaunchConfiguration",
-- ]
-- attack = ["T1548.005", "T1578"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No launch template was changed as far as is recorded."
-- look = "A new default version with another role."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
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
    coalesce(request_parameters ->> '$.CreateLaunchTemplateRequest.LaunchTemplateData.IamInstanceProfile.Name', request_parameters ->> '$.CreateLaunchTemplateVersionRequest.LaunchTemplateData.IamInstanceProfile.Name', request_parameters ->> '$.iamInstanceProfile') AS instance_profile,
    user_data_given(request_parameters, event_base_name) AS has_user_data,
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN ('CreateLaunchTemplate', 'CreateLaunchTemplateVersion', 'ModifyLaunchTemplate'))
        OR (event_source = 'autoscaling.amazonaws.com' AND event_base_name IN ('CreateAutoScalingGroup', 'UpdateAutoScalingGroup', 'CreateLaunchConfiguration'))
    )
ORDER BY event_time, event_id, event_key;
