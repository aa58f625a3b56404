-- /// query
-- name = "ransom_note_objects"
-- title = "Note-like objects"
-- question = "Were objects written whose names look like notes?"
-- events = ["s3:PutObject", "s3:CopyObject"]
-- needs = ["data:s3"]
-- attack = ["T1486", "T1491.002"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No such call is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "One such object in many buckets or folders."
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
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('PutObject', 'CopyObject')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
    AND regexp_matches(
        lower(object_key),
        '(ransom|readme|read[-_ ]?me|how[-_ ]?to|decrypt|restore|recover|warning|bitcoin|hacked|note)[^/]*\.(txt|html?|md|pdf|rtf)$|ransom|decrypt[-_ ]?(my|your)?[-_ ]?(file|data)'
    )
ORDER BY event_time, event_id, event_key;
