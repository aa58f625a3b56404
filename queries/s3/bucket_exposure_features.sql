-- /// query
-- name = "bucket_exposure_features"
-- title = "Websites, notifications, access points"
-- question = "Which website, cross-origin, notification, access point, grant or inventory settings were made?"
-- events = [
--   "s3:PutBucketWebsite", "s3:PutBucketCors", "s3:PutBucketNotification", "s3:CreateAccessPoint",
--   "s3:PutAccessPointPolicy", "s3:CreateAccessGrant", "s3:PutBucketInventoryConfiguration",
--   "s3:PutBucketAcceleration",
-- ]
-- attack = ["T1567.002"]
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
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN (
            'PutBucketWebsite', 'PutBucketCors', 'PutBucketNotification', 'CreateAccessPoint', 'PutAccessPointPolicy',
            'CreateAccessGrant', 'PutBucketInventoryConfiguration', 'PutBucketAcceleration'
        )
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
