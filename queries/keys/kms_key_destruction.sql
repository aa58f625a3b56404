-- /// query
-- name = "kms_key_destruction"
-- title = "Keys disabled or sent to deletion"
-- question = "Which KMS keys were disabled, scheduled for deletion, or lost their material, and until when can that be undone?"
-- events = [
--   "kms:DisableKey", "kms:EnableKey", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:DeleteKey",
--   "kms:DeleteImportedKeyMaterial", "kms:ImportKeyMaterial", "kms:DisableKeyRotation", "kms:DeleteAlias",
--   "kms:DisconnectCustomKeyStore", "kms:DeleteCustomKeyStore",
-- ]
-- attack = ["T1485", "T1486"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html"]
-- empty = "No key was disabled or scheduled for deletion by a recorded call."
-- look = "The shortest waiting time (7 days), keys of backups and trails; the date until which CancelKeyDeletion helps."
--
-- [params]
-- key = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a key id, ARN or alias; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "s3_ransom"
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
    coalesce(as_list(resources)[1] ->> '$.ARN', request_parameters ->> '$.keyId', service_event_details ->> '$.keyId') AS key_arn,
    TRY_CAST(request_parameters ->> '$.pendingWindowInDays' AS BIGINT) AS waiting_days,
    CASE WHEN event_base_name = 'ScheduleKeyDeletion' AND outcome <> 'denied' AND outcome <> 'failed' THEN event_time + to_days(coalesce(TRY_CAST(request_parameters ->> '$.pendingWindowInDays' AS INTEGER), 30)) END AS deletion_due_at,
    response_elements ->> '$.deletionDate' AS deletion_date_said,
    event_base_name = 'ScheduleKeyDeletion' AND EXISTS (
        SELECT 1 FROM around_scope($accounts, $regions) AS c
        WHERE c.event_source = 'kms.amazonaws.com' AND c.event_base_name = 'CancelKeyDeletion' AND c.outcome = 'success'
            AND c.event_time >= key_calls.event_time AND regexp_extract(c.target, '[^/]*$') = regexp_extract(key_calls.target, '[^/]*$')
    ) AS later_cancelled,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS key_calls
WHERE
    event_source = 'kms.amazonaws.com' AND event_base_name IN (
            'DisableKey', 'EnableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'DeleteKey',
            'DeleteImportedKeyMaterial', 'ImportKeyMaterial', 'DisableKeyRotation', 'DeleteAlias',
            'DisconnectCustomKeyStore', 'DeleteCustomKeyStore'
        )
    AND mentions($key, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
