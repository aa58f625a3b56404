-- /// query
-- name = "bucket_recovery_weakened"
-- title = "Recovery of buckets weakened"
-- question = "Were versioning, MFA delete, object lock or lifecycle changed so that data can vanish?"
-- events = [
--   "s3:PutBucketVersioning", "s3:PutBucketObjectLockConfiguration", "s3:PutBucketLifecycle",
--   "s3:DeleteBucketLifecycle",
-- ]
-- attack = ["T1490", "T1485.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No such call is recorded. What stood before the first log is not known."
-- look = "Versioning suspended; everything expiring within days."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", default = "", help = "Bucket name or ARN; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name} on {bucket_name}", "from {source_ip_address}", "and got {error_class}"]
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
    bucket_name,
    request_parameters ->> '$.VersioningConfiguration.Status' AS versioning,
    request_parameters ->> '$.VersioningConfiguration.MfaDelete' AS mfa_delete,
    shortest_days(request_parameters, TRUE) AS shortest_days,
    json_extract(request_parameters, '$.LifecycleConfiguration') AS lifecycle,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN (
            'PutBucketVersioning', 'PutBucketObjectLockConfiguration', 'PutBucketLifecycle', 'DeleteBucketLifecycle'
        )
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
