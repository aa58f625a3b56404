-- /// query
-- name = "bucket_posture_sweep"
-- title = "One actor walks over many buckets"
-- question = "Who asked for policy, ACL, logging, versioning or encryption of many buckets within a short time?"
-- attack = ["T1619", "T1580"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
-- ]
-- cost = "scan"
-- empty = "Nobody walked over that many buckets in such a window."
-- look = "All buckets of an account in a minute, refused ones among them; ListBuckets just before."
--
-- [params]
-- minutes = { type = "BIGINT", default = 30, help = "Length of the sliding window in minutes" }
-- min_buckets = { type = "BIGINT", default = 3, help = "Different buckets within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
--
-- [example]
-- trail = "secrets_theft"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        bucket_name AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 's3.amazonaws.com'
        AND bucket_name IS NOT NULL
        AND (event_base_name LIKE 'GetBucket%' OR event_base_name IN ('HeadBucket', 'ListObjects', 'ListObjectVersions', 'GetAccelerateConfiguration', 'GetLifecycleConfiguration', 'ListMultipartUploads'))
        AND invoked_by IS NULL
        AND user_identity_type IS DISTINCT FROM 'AWSService'
        AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, event_names, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_buckets)
ORDER BY first_time, who;
