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
-- look = "Devices that are removed or added for somebody else; a device on root."
--
-- [timeline]
-- message = ["{actor} called {event_name} for {subject}"]
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
    coalesce(request_parameters ->> '$.userName', user_name) AS subject,
    coalesce(request_parameters ->> '$.serialNumber', request_parameters ->> '$.virtualMFADeviceName') AS device,
    coalesce((request_parameters ->> '$.userName') <> user_name, FALSE) AS for_someone_else,
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
