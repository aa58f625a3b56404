-- /// query
-- name = "objects_deleted"
-- title = "Objects deleted"
-- question = "Which objects or versions were deleted, by whom?"
-- events = ["s3:DeleteObject", "s3:DeleteObjects", "s3:DeleteObjectVersion", "s3:LifecycleExpiration"]
-- needs = ["data:s3"]
-- attack = ["T1485"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No such call is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "DeleteObjects names no keys: records of each object may follow."
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
    object_key,
    request_parameters ->> '$.versionId' AS version_id,
    CASE WHEN kept(request_parameters) THEN json_exists(request_parameters, '$."x-amz-bypass-governance-retention"') END AS bypasses_lock,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('DeleteObject', 'DeleteObjects', 'DeleteObjectVersion', 'LifecycleExpiration')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
