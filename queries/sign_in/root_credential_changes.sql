-- /// query
-- name = "root_credential_changes"
-- title = "Credentials of root changed"
-- question = "Were keys, factors, password or e-mail of root changed?"
-- events = [
--   "iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey", "iam:CreateVirtualMFADevice",
--   "iam:EnableMFADevice", "iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice",
--   "iam:UploadSigningCertificate", "iam:UpdateLoginProfile", "iam:CreateLoginProfile", "iam:DeleteLoginProfile",
--   "signin:PasswordUpdated", "signin:PasswordRecoveryRequested", "signin:PasswordRecoveryCompleted",
--   "signin:EmailUpdated", "account:StartPrimaryEmailUpdate", "account:AcceptPrimaryEmailUpdate",
-- ]
-- attack = ["T1098", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No credential of root was changed as far as is recorded."
-- look = "A key for root; a changed e-mail address."
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
    coalesce(request_parameters ->> '$.accessKeyId', issued_access_key_id, request_parameters ->> '$.serialNumber') AS credential,
    response_elements ->> '$.PasswordUpdated' AS result,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'CreateAccessKey', 'DeleteAccessKey', 'UpdateAccessKey', 'CreateVirtualMFADevice', 'EnableMFADevice',
            'DeactivateMFADevice', 'DeleteVirtualMFADevice', 'UploadSigningCertificate', 'UpdateLoginProfile',
            'CreateLoginProfile', 'DeleteLoginProfile'
        ))
        OR (event_source = 'signin.amazonaws.com' AND event_base_name IN (
            'PasswordUpdated', 'PasswordRecoveryRequested', 'PasswordRecoveryCompleted', 'EmailUpdated'
        ))
        OR (event_source = 'account.amazonaws.com' AND event_base_name IN ('StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate'))
    )
    AND (user_identity_type = 'Root' AND (request_parameters ->> '$.userName') IS NULL OR event_source <> 'iam.amazonaws.com')
ORDER BY event_time, event_id, event_key;
