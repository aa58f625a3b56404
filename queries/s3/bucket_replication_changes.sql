-- /// query
-- name = "bucket_replication_changes"
-- title = "Replication of buckets"
-- question = "Is data being copied to another bucket, account or region?"
-- events = ["s3:PutBucketReplication", "s3:DeleteBucketReplication", "s3:JobCreated"]
-- attack = ["T1537"]
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
    request_parameters ->> '$.ReplicationConfiguration.Role' AS role,
    list_transform(as_list(json_extract(request_parameters, '$.ReplicationConfiguration.Rule')), lambda r: r ->> '$.Destination.Bucket') AS destinations,
    list_transform(as_list(json_extract(request_parameters, '$.ReplicationConfiguration.Rule')), lambda r: r ->> '$.Destination.Account') AS destination_accounts,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketReplication', 'DeleteBucketReplication', 'JobCreated')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
