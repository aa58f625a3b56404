-- /// query
-- name = "bucket_acl_changes"
-- title = "Access lists of buckets and objects"
-- question = "Which access lists of buckets and objects were changed, and who got what?"
-- events = [
--   "s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutBucketOwnershipControls", "s3:DeleteBucketOwnershipControls",
-- ]
-- attack = ["T1530"]
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
-- trail = "s3_exposure"
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
    as_texts(json_extract(request_parameters, '$."x-amz-acl"'))[1] AS canned_acl,
    list_transform(
        as_list(coalesce(json_extract(request_parameters, '$.AccessControlPolicy.AccessControlList.Grant'), json_extract(request_parameters, '$.accessControlList.grants'))),
        lambda g: coalesce(g ->> '$.Grantee.URI', g ->> '$.Grantee.ID', g ->> '$.Grantee.EmailAddress') || ' ' || coalesce(g ->> '$.Permission', '')
    ) AS grants,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN (
            'PutBucketAcl', 'PutObjectAcl', 'PutBucketOwnershipControls', 'DeleteBucketOwnershipControls'
        )
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
