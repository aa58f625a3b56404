-- /// query
-- name = "site_content_tampering"
-- title = "Web content replaced"
-- question = "Were pages or scripts replaced by an actor who had not written to that bucket before?"
-- events = ["s3:PutObject", "s3:CopyObject"]
-- needs = ["data:s3"]
-- attack = ["T1491.002", "T1565.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No such call is recorded. Object calls are data events: they are only there where a trail was told to record them."
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
    object_key,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('PutObject', 'CopyObject')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
    AND regexp_matches(lower(object_key), '\.(js|mjs|html?|css|php)$')
    AND NOT EXISTS (
        SELECT 1
        FROM around_scope($accounts, $regions) AS before
        WHERE
            before.event_source = 's3.amazonaws.com'
            AND before.event_base_name IN ('PutObject', 'CopyObject')
            AND before.outcome = 'success'
            AND before.bucket_name = e.bucket_name
            AND before.actor = e.actor
            AND before.event_time < e.event_time - INTERVAL 1 DAY
    )
ORDER BY event_time, event_id, event_key;
