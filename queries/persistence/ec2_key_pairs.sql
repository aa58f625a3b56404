-- /// query
-- name = "ec2_key_pairs"
-- title = "SSH key pairs made, imported and deleted"
-- question = "Which SSH key pairs were created, imported, downloaded or deleted, by whom and where?"
-- events = [
--   "ec2:CreateKeyPair", "ec2:ImportKeyPair", "ec2:DeleteKeyPair", "lightsail:CreateKeyPair",
--   "lightsail:ImportKeyPair", "lightsail:DeleteKeyPair", "lightsail:DownloadDefaultKeyPair",
-- ]
-- attack = ["T1098.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No key pair was made or imported by a recorded call. Keys pushed for a minute stand in instance_connect_keys."
-- look = "Names unlike the usual ones, regions without machines, a key pair followed by a launch that uses it."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
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
    coalesce(request_parameters ->> '$.keyName', request_parameters ->> '$.keyPairName', response_elements ->> '$.keyName') AS key_name,
    coalesce(response_elements ->> '$.keyPairId', request_parameters ->> '$.keyPairId') AS key_pair_id,
    coalesce(response_elements ->> '$.keyFingerprint', response_elements ->> '$.fingerprint') AS fingerprint,
    CASE
        WHEN json_exists(request_parameters, '$.publicKeyMaterial') OR json_exists(request_parameters, '$.publicKeyBase64') THEN TRUE
        WHEN event_base_name = 'CreateKeyPair' THEN FALSE
    END AS public_key_sent,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'CreateKeyPair', 'ImportKeyPair', 'DeleteKeyPair'
        ))
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name IN (
            'CreateKeyPair', 'ImportKeyPair', 'DeleteKeyPair', 'DownloadDefaultKeyPair'
        ))
    )
ORDER BY event_time, event_id, event_key;
