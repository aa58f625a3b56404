-- /// query
-- name = "public_access_block_changes"
-- title = "Public access blocks"
-- question = "Which public access blocks of buckets or accounts were set, relaxed or removed?"
-- events = [
--   "s3:PutBucketPublicAccessBlock", "s3:DeleteBucketPublicAccessBlock", "s3:PutAccountPublicAccessBlock",
--   "s3:DeleteAccountPublicAccessBlock",
-- ]
-- attack = ["T1562.001", "T1530"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No such call is recorded. What stood before the first log is not known."
-- look = "Buckets that hold what matters; changes that are undone soon after."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", default = "", help = "Bucket name or ARN; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name} on {bucket_name}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
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
    json_extract(request_parameters, '$.PublicAccessBlockConfiguration') AS configuration,
    was_done(outcome) AND (
        event_base_name LIKE 'Delete%'
        OR contains(lower(CAST(json_extract(request_parameters, '$.PublicAccessBlockConfiguration') AS VARCHAR)), 'false')
    ) AS relaxed,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN (
            'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutAccountPublicAccessBlock',
            'DeleteAccountPublicAccessBlock'
        )
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
