-- /// query
-- name = "user_data_and_console_output_reads"
-- title = "Reads of start-up scripts, templates and console output"
-- question = "Who read user data, launch templates, console output or screenshots of instances?"
-- events = [
--   "ec2:DescribeInstanceAttribute", "ec2:GetLaunchTemplateData", "ec2:DescribeLaunchTemplateVersions",
--   "ec2:GetConsoleScreenshot", "ec2:GetConsoleOutput",
-- ]
-- attack = ["T1552.005", "T1580"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "Nobody read start-up scripts by a recorded call."
-- look = "One instance after another: scripts often hold passwords."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "secrets_theft"
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
    coalesce(request_parameters ->> '$.instanceId', inside(request_parameters, event_base_name) ->> '$.InstanceId') AS instance_id,
    coalesce(inside(request_parameters, event_base_name) ->> '$.LaunchTemplateId', inside(request_parameters, event_base_name) ->> '$.LaunchTemplateName') AS launch_template,
    request_parameters ->> '$.attribute' AS attribute,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'DescribeInstanceAttribute', 'GetLaunchTemplateData', 'DescribeLaunchTemplateVersions',
            'GetConsoleScreenshot', 'GetConsoleOutput'
        )
    AND (event_base_name <> 'DescribeInstanceAttribute' OR (request_parameters ->> '$.attribute') = 'userData' OR (inside(request_parameters, event_base_name) ->> '$.Attribute') = 'userData' OR (request_parameters ->> '$.attribute') IS NULL)
ORDER BY event_time, event_id, event_key;
