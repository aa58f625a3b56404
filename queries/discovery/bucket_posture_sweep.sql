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
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        bucket_name AS thing,
        event_time,
        event_id,
        actor,
        access_key_id,
        source_ip_address,
        agent_family,
        aws_region,
        recipient_account_id,
        outcome,
        verification,
        event_base_name
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
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    some_of(event_base_name) AS event_names,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM bursts('calls', $minutes, $min_buckets)
GROUP BY who, burst
ORDER BY first_time, who;
