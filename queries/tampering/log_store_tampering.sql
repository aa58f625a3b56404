-- /// query
-- name = "log_store_tampering"
-- title = "Acts on the stores of logs"
-- question = "What was done to the buckets and keys that hold trails and other logs?"
-- events = [
--   "s3:PutBucketLifecycle", "s3:PutBucketPolicy", "s3:DeleteObject", "kms:ScheduleKeyDeletion", "kms:DisableKey",
-- ]
-- attack = ["T1562.008", "T1070", "T1485.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing was done to a known store of logs. Only stores that trails or file places name are known: add others."
-- look = "Short lifecycles, deletes, keys scheduled for deletion."
--
-- [params]
-- stores = { type = "VARCHAR[]", entity = "bucket", default = [], help = "Buckets and KMS key ids besides those that trails name" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH stores AS (
    SELECT bucket AS store FROM files WHERE bucket IS NOT NULL
    UNION
    SELECT coalesce(request_parameters ->> '$.s3BucketName', response_elements ->> '$.s3BucketName')
    FROM events WHERE event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN ('CreateTrail', 'UpdateTrail')
    UNION
    SELECT name_of_arn(coalesce(request_parameters ->> '$.kmsKeyId', response_elements ->> '$.kmsKeyId'))
    FROM events WHERE event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN ('CreateTrail', 'UpdateTrail')
    UNION
    SELECT request_parameters ->> '$.BucketLoggingStatus.LoggingEnabled.TargetBucket'
    FROM events WHERE event_source = 's3.amazonaws.com' AND event_base_name = 'PutBucketLogging'
    UNION
    SELECT unnest(CAST($stores AS VARCHAR[]))
)

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
    shortest_days(request_parameters, FALSE) AS expires_after_days,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        event_source = 's3.amazonaws.com'
        AND bucket_name IN (SELECT store FROM stores WHERE store IS NOT NULL)
        AND event_base_name IN (
            'PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketLifecycle', 'DeleteBucketLifecycle', 'PutBucketVersioning', 'PutBucketEncryption',
            'DeleteBucketEncryption', 'PutBucketAcl', 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'DeleteBucket', 'DeleteObject',
            'DeleteObjects', 'PutBucketReplication', 'DeleteBucketReplication', 'PutBucketObjectLockConfiguration', 'PutBucketLogging',
            'PutBucketOwnershipControls', 'PutBucketNotification'
        )
    )
    OR (
        event_source = 'kms.amazonaws.com'
        AND event_base_name IN ('DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'CreateGrant', 'DeleteImportedKeyMaterial', 'DisableKeyRotation')
        AND name_of_arn(target) IN (SELECT store FROM stores WHERE store IS NOT NULL)
    )
ORDER BY event_time, event_id, event_key;
