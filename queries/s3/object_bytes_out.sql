-- /// query
-- name = "object_bytes_out"
-- title = "Bytes read out of buckets"
-- question = "How many bytes were read out of buckets, per principal, address, bucket and hour?"
-- events = ["s3:GetObject"]
-- needs = ["data:s3"]
-- attack = ["T1530", "T1567.002"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- cost = "scan"
-- empty = "Nothing of the kind is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "Hours in which one principal takes more than ever; addresses outside."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", default = "", help = "Bucket name or ARN; none given means all" }
-- min_bytes = { type = "BIGINT", default = 1, help = "Bytes out at least" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    date_trunc('hour', event_time) AS hour,
    bucket_name,
    actor,
    access_key_id,
    source_ip_address,
    count(*) AS calls,
    count(*) FILTER (event_base_name = 'GetObject') AS reads,
    count(DISTINCT object_key) AS objects,
    CAST(sum(coalesce(TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE), 0)) AS BIGINT) AS bytes_out,
    CAST(sum(coalesce(TRY_CAST(additional_event_data ->> '$.bytesTransferredIn' AS DOUBLE), 0)) AS BIGINT) AS bytes_in,
    some_of(recipient_account_id) AS accounts,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE event_source = 's3.amazonaws.com' AND event_class = 'data' AND ($bucket = '' OR bucket_name = bucket_of($bucket))
    AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
GROUP BY ALL
HAVING sum(coalesce(TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE), 0)) >= $min_bytes
ORDER BY bytes_out DESC, hour, bucket_name, actor, source_ip_address, access_key_id;
