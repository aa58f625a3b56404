-- /// query
-- name = "instance_connect_keys"
-- title = "SSH keys pushed and consoles opened"
-- question = "Which SSH keys were pushed to instances, as which user, and which tunnels and serial consoles were opened?"
-- events = [
--   "ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
--   "ec2-instance-connect:OpenTunnel", "ec2:EnableSerialConsoleAccess", "ec2:DisableSerialConsoleAccess",
--   "ec2:CreateInstanceConnectEndpoint", "ec2:DeleteInstanceConnectEndpoint",
-- ]
-- attack = ["T1021.004", "T1021.008", "T1098.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No key was pushed and no tunnel opened by a recorded call. SSH with keys that are on the machine leaves no trace here."
-- look = "The user root or ec2-user, the same public key on many instances, serial access switched on."
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
    request_parameters ->> '$.instanceId' AS instance_id,
    request_parameters ->> '$.instanceOSUser' AS os_user,
    request_parameters ->> '$.sSHPublicKey' AS public_key,
    request_parameters ->> '$.serialPort' AS serial_port,
    request_parameters ->> '$.remotePort' AS remote_port,
    request_parameters ->> '$.privateIpAddress' AS private_address,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2-instance-connect.amazonaws.com' AND event_base_name IN (
            'SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey', 'OpenTunnel'
        ))
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'EnableSerialConsoleAccess', 'DisableSerialConsoleAccess', 'CreateInstanceConnectEndpoint',
            'DeleteInstanceConnectEndpoint'
        ))
    )
ORDER BY event_time, event_id, event_key;
