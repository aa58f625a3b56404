-- /// query
-- name = "copies_to_outside_buckets"
-- title = "Copies to foreign buckets"
-- question = "Were objects copied or uploaded to buckets of other accounts?"
-- events = ["s3:CopyObject", "s3:PutObject", "s3:UploadPartCopy", "s3:CreateMultipartUpload"]
-- needs = ["data:s3"]
-- attack = ["T1537", "T1567.002"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- cost = "scan"
-- empty = "No such call is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "Buckets that hold what matters; changes that are undone soon after."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", default = "", help = "Bucket name or ARN; none given means all" }
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
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
    request_parameters ->> '$."x-amz-copy-source"' AS copy_source,
    list_filter(list_transform(as_list(resources), lambda r: r ->> '$.accountId'), lambda a: a IS NOT NULL) AS resource_accounts,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('CopyObject', 'PutObject', 'UploadPartCopy', 'CreateMultipartUpload')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
    AND len(list_filter(
        list_transform(as_list(resources), lambda r: r ->> '$.accountId'),
        lambda a: a IS NOT NULL AND a <> coalesce(actor_account_id, recipient_account_id) AND NOT list_contains(CAST($owned_accounts AS VARCHAR[]), a)
    )) > 0
    AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
ORDER BY event_time, event_id, event_key;
