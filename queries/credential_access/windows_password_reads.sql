-- /// query
-- name = "windows_password_reads"
-- title = "Requests for Windows passwords"
-- question = "Who asked for the administrator password of which instances, and was it refused?"
-- events = ["ec2:GetPasswordData", "lightsail:GetInstanceAccessDetails"]
-- attack = ["T1552.005", "T1555"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "Nobody asked for a Windows password."
-- look = "Many instances in a row, refused tries: EC2 keeps the instance id of refused calls."
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
    coalesce(request_parameters ->> '$.instanceId', request_parameters ->> '$.instanceName') AS instance_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name = 'GetPasswordData')
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name = 'GetInstanceAccessDetails')
    )
ORDER BY event_time, event_id, event_key;
