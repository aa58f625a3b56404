-- /// query
-- name = "instance_role_recon"
-- title = "Instance roles that look around"
-- question = "Which instances used their role for reconnaissance calls?"
-- attack = ["T1580", "T1552.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html",
-- ]
-- cost = "scan"
-- empty = "No instance role made that many such calls."
-- look = "GetCallerIdentity by a machine, listing of buckets and users by a role that only serves an application."
--
-- [params]
-- min_distinct = { type = "BIGINT", default = 2, help = "Different calls that one session must have made" }
--
-- [example]
-- trail = "s3_ransom"
-- ///
SELECT
    role_session_name,
    session_issuer_arn,
    access_key_id,
    recipient_account_id,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(DISTINCT event_source || ':' || event_base_name) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(event_source || ':' || event_base_name) AS calls_made,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    first_ids(event_id, event_time) AS event_ids,
    verifications(verification) AS verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    starts_with(role_session_name, 'i-')
    AND regexp_full_match(role_session_name, 'i-[0-9a-f]{8,17}')
    AND invoked_by IS NULL
    AND (
        (event_source = 'sts.amazonaws.com' AND event_base_name = 'GetCallerIdentity')
        OR (event_source = 's3.amazonaws.com' AND event_base_name IN ('ListBuckets', 'GetBucketAcl', 'GetBucketPolicy', 'GetBucketLogging', 'GetBucketVersioning', 'GetBucketEncryption'))
        OR (event_source IN ('iam.amazonaws.com', 'organizations.amazonaws.com', 'ses.amazonaws.com', 'guardduty.amazonaws.com', 'cloudtrail.amazonaws.com', 'secretsmanager.amazonaws.com', 'ec2.amazonaws.com', 'rds.amazonaws.com', 'lambda.amazonaws.com', 'bedrock.amazonaws.com')
            AND event_class IN ('read', 'list') AND event_base_name <> 'GetSecretValue')
    )
GROUP BY role_session_name, session_issuer_arn, access_key_id, recipient_account_id
HAVING count(DISTINCT event_source || ':' || event_base_name) >= $min_distinct
ORDER BY first_time, role_session_name, access_key_id;
