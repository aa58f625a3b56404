-- /// query
-- name = "object_access"
-- title = "Access to objects"
-- question = "Who read, wrote, listed, copied or deleted these objects, and how much left?"
-- events = [
--   "s3:GetObject", "s3:PutObject", "s3:CopyObject", "s3:DeleteObject", "s3:DeleteObjects", "s3:ListObjects",
--   "s3:HeadObject",
-- ]
-- needs = ["data:s3"]
-- attack = ["T1530", "T1619"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No access to these objects is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "One principal that reads many keys in order, reads followed by deletes, copies to other buckets."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", help = "Bucket name or ARN" }
-- key = { type = "VARCHAR", default = "", help = "Object key; * stands for anything; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name} on {bucket_name}/{object_key}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- bucket = "example-exports"
-- ///
SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    source_ip_address,
    user_agent,
    event_name,
    outcome,
    error_class,
    bucket_name,
    object_key,
    TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE) AS bytes_out,
    TRY_CAST(additional_event_data ->> '$.bytesTransferredIn' AS DOUBLE) AS bytes_in,
    coalesce(request_parameters ->> '$."x-amz-copy-source"', '') AS copy_source,
    request_parameters ->> '$.versionId' AS version_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com'
    AND bucket_name = bucket_of($bucket)
    AND ($key = '' OR object_key = $key OR matches(object_key, $key))
    AND event_base_name IN (
        'GetObject', 'HeadObject', 'ListObjects', 'ListObjectVersions', 'PutObject', 'CopyObject', 'UploadPart', 'UploadPartCopy',
        'CreateMultipartUpload', 'CompleteMultipartUpload', 'DeleteObject', 'DeleteObjects', 'RestoreObject', 'SelectObjectContent',
        'GetObjectTorrent', 'PutObjectAcl', 'GetObjectAcl', 'PutObjectTagging', 'DeleteObjectTagging', 'GetObjectVersion'
    )
ORDER BY event_time, event_id, event_key;
