-- /// query
-- name = "service_specific_credentials"
-- title = "Side-door credentials"
-- question = "Which service-specific credentials, SSH keys, signing or server certificates were made?"
-- events = [
--   "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential",
--   "iam:UpdateServiceSpecificCredential", "iam:UploadSSHPublicKey", "iam:UploadSigningCertificate",
--   "iam:UploadServerCertificate",
-- ]
-- attack = ["T1098.001", "T1098.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Bedrock keys; credentials for others."
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
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    request_parameters ->> '$.serviceName' AS service_name,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'CreateServiceSpecificCredential', 'ResetServiceSpecificCredential', 'UpdateServiceSpecificCredential',
            'UploadSSHPublicKey', 'UploadSigningCertificate', 'UploadServerCertificate'
        )
ORDER BY event_time, event_id, event_key;
