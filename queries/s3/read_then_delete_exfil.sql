-- /// query
-- name = "read_then_delete_exfil"
-- title = "Read, then deleted"
-- question = "Which objects were read and then deleted by the same actor?"
-- events = ["s3:GetObject", "s3:DeleteObject", "s3:DeleteObjects"]
-- needs = ["data:s3"]
-- attack = ["T1530", "T1485"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- cost = "scan"
-- empty = "Nothing of the kind is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "Whole prefixes read and gone."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", default = "", help = "Bucket name or ARN; none given means all" }
-- minutes = { type = "BIGINT", default = 1440, help = "Minutes between read and delete at most" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
--
-- [example]
-- trail = "exercise"
-- ///
WITH data_calls AS (
    SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 's3.amazonaws.com' AND event_class = 'data' AND outcome = 'success' AND ($bucket = '' OR bucket_name = bucket_of($bucket))
        AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
)

SELECT
    d.bucket_name,
    d.actor,
    d.access_key_id,
    count(DISTINCT r.object_key) AS objects_read,
    count(DISTINCT d.object_key) AS objects_deleted,
    count(DISTINCT d.event_key) AS delete_calls,
    min(r.event_time) AS first_read,
    max(d.event_time) AS last_delete,
    some_of(r.source_ip_address) AS read_from,
    some_of(d.source_ip_address) AS deleted_from,
    first_ids(r.event_id, r.event_time) AS event_ids,
    first_ids(d.event_id, d.event_time) AS delete_event_ids,
    histogram(d.verification) AS verification_classes
FROM data_calls AS r
JOIN data_calls AS d
    ON d.bucket_name = r.bucket_name
    AND d.actor = r.actor
    AND d.event_base_name IN ('DeleteObject', 'DeleteObjects')
    AND (d.object_key = r.object_key OR d.object_key IS NULL)
    AND d.event_time BETWEEN r.event_time AND r.event_time + to_minutes($minutes)
WHERE r.event_base_name = 'GetObject'
GROUP BY ALL
ORDER BY delete_calls DESC, d.bucket_name, d.actor, d.access_key_id;
