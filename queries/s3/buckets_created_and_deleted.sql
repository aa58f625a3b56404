-- /// query
-- name = "buckets_created_and_deleted"
-- title = "Life of buckets"
-- question = "Which buckets were created, deleted, made again?"
-- events = ["s3:CreateBucket", "s3:DeleteBucket"]
-- attack = ["T1485"]
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
    bucket_name,
    as_texts(json_extract(request_parameters, '$."x-amz-acl"'))[1] AS canned_acl,
    coalesce(request_parameters ->> '$.CreateBucketConfiguration.LocationConstraint', aws_region) AS location,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('CreateBucket', 'DeleteBucket')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
