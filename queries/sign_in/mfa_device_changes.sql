-- /// query
-- name = "mfa_device_changes"
-- title = "Changes of second factors"
-- question = "Which second factors were added, resynchronised or removed, and by whom?"
-- events = [
--   "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:DeactivateMFADevice",
--   "iam:DeleteVirtualMFADevice",
-- ]
-- attack = ["T1556.006", "T1098"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No change of a second factor is recorded."
-- look = "Devices that are removed or added for somebody else; a device on root. Calls that make or delete a virtual device name no user: for whom it was stays open, and the name of the device is no proof."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "for {subject}", "on {device}"]
--
-- [example]
-- trail = "console_takeover"
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
    request_parameters ->> '$.userName' AS subject,
    coalesce(request_parameters ->> '$.serialNumber', request_parameters ->> '$.virtualMFADeviceName') AS device,
    about_another(request_parameters ->> '$.userName', user_identity_type, user_name) AS for_someone_else,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'CreateVirtualMFADevice', 'EnableMFADevice', 'ResyncMFADevice', 'DeactivateMFADevice',
            'DeleteVirtualMFADevice'
        )
ORDER BY event_time, event_id, event_key;
