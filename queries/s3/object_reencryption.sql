-- /// query
-- name = "object_reencryption"
-- title = "Objects rewritten with other keys"
-- question = "Which objects were rewritten with a key the caller brought, or a key of another account?"
-- events = ["s3:CopyObject", "s3:PutObject", "s3:UploadPart", "s3:UploadPartCopy", "s3:CreateMultipartUpload"]
-- needs = ["data:s3"]
-- attack = ["T1486"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- cost = "scan"
-- empty = "No such call is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "Objects copied onto themselves."
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
    coalesce(request_parameters ->> '$."x-amz-server-side-encryption-customer-algorithm"', '') AS customer_key,
    request_parameters ->> '$."x-amz-server-side-encryption-aws-kms-key-id"' AS kms_key,
    additional_event_data ->> '$.SSEApplied' AS encryption_applied,
    request_parameters ->> '$."x-amz-copy-source"' AS copy_source,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN (
            'CopyObject', 'PutObject', 'UploadPart', 'UploadPartCopy', 'CreateMultipartUpload'
        )
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
    AND (
        json_exists(request_parameters, '$."x-amz-server-side-encryption-customer-algorithm"')
        OR (additional_event_data ->> '$.SSEApplied') IN ('SSE_C', 'SSE-C')
        OR account_of_arn(request_parameters ->> '$."x-amz-server-side-encryption-aws-kms-key-id"') <> recipient_account_id
    )
ORDER BY event_time, event_id, event_key;
