-- /// query
-- name = "bucket_encryption_changes"
-- title = "Default encryption of buckets"
-- question = "Was default encryption changed, above all to a key of another account?"
-- events = ["s3:PutBucketEncryption", "s3:DeleteBucketEncryption"]
-- attack = ["T1486"]
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
    coalesce(request_parameters ->> '$.ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm', request_parameters ->> '$.ServerSideEncryptionConfiguration.Rule[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm') AS algorithm,
    coalesce(request_parameters ->> '$.ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID', request_parameters ->> '$.ServerSideEncryptionConfiguration.Rule[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID') AS kms_key,
    account_of_arn(coalesce(request_parameters ->> '$.ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID', request_parameters ->> '$.ServerSideEncryptionConfiguration.Rule[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID')) <> recipient_account_id AS key_of_another_account,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketEncryption', 'DeleteBucketEncryption')
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
