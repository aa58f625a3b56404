-- /// query
-- name = "credential_files_read"
-- title = "Files in S3 that may hold credentials"
-- question = "Were key files, environment files, state files or backups read from S3?"
-- events = ["s3:GetObject", "s3:CopyObject", "s3:SelectObjectContent", "s3:GetObjectTorrent"]
-- attack = ["T1552.001", "T1530"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
-- ]
-- needs = ["data:s3"]
-- cost = "scan"
-- empty = "No such file was read by a recorded call."
-- look = "State files of infrastructure tools, backups of configuration; who reads them otherwise."
--
-- [params]
-- key_patterns = { type = "VARCHAR[]", default = [], help = "Patterns of object keys with * and ?; none given means those of the library" }
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
    bucket_name,
    object_key,
    TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS BIGINT) AS bytes_out,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN (
            'GetObject', 'CopyObject', 'SelectObjectContent', 'GetObjectTorrent'
        )
    AND CASE
        WHEN len($key_patterns) > 0 THEN len(list_filter($key_patterns, lambda p: matches(object_key, p))) > 0
        ELSE regexp_matches(lower(object_key), '(^|/)\.env($|\.)|\.pem$|\.ppk$|\.pfx$|\.p12$|\.key$|id_(rsa|dsa|ecdsa|ed25519)|\.tfstate|\.tfvars|credential|secret|passw|\.kdbx$|\.jks$|kubeconfig|\.htpasswd|\.npmrc|\.git-credentials|wp-config|\.aws/|shadow$|ntds\.dit|\.ovpn$|\.rdp$|vault.*\.(json|ya?ml)|token')
    END
ORDER BY event_time, event_id, event_key;
