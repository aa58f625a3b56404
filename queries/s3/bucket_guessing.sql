-- /// query
-- name = "bucket_guessing"
-- title = "Guessed names"
-- question = "Who probed names of buckets or keys?"
-- events = ["s3:GetObject", "s3:ListObjects"]
-- attack = ["T1619", "T1580"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "Nobody was refused that often on S3 as far as is recorded."
-- look = "Many names from one address."
--
-- [params]
-- min_refusals = { type = "BIGINT", default = 3, help = "Refusals at least" }
--
-- [example]
-- trail = "exercise"
-- ///
SELECT
    actor,
    source_ip_address,
    count(*) AS refusals,
    count(DISTINCT bucket_name) AS buckets,
    count(DISTINCT object_key) AS object_keys,
    some_of(bucket_name) AS bucket_names,
    some_of(error_class) AS errors,
    some_of(user_agent) AS agents,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com'
    AND error_class IN ('AccessDenied', 'NoSuchBucket', 'NoSuchKey', 'AllAccessDisabled')
GROUP BY ALL
HAVING count(*) >= $min_refusals
ORDER BY refusals DESC, actor, source_ip_address;
