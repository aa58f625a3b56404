-- /// query
-- name = "infrastructure_sweep"
-- title = "Broad listing of machines, databases, clusters and functions"
-- question = "Who listed many kinds of infrastructure, or the same kind in many regions, within a short time?"
-- attack = ["T1580", "T1526"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No such sweep is recorded."
-- look = "The same call region after region, regions that are never used."
--
-- [params]
-- minutes = { type = "BIGINT", default = 15, help = "Length of the sliding window in minutes" }
-- min_kinds = { type = "BIGINT", default = 8, help = "Different pairs of call and region within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "compute_abuse"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(event_base_name, '') || ' in ' || coalesce(aws_region, '?') AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source IN (
            'ec2.amazonaws.com', 'rds.amazonaws.com', 'eks.amazonaws.com', 'ecs.amazonaws.com', 'ecr.amazonaws.com', 'lambda.amazonaws.com',
            'elasticloadbalancing.amazonaws.com', 'autoscaling.amazonaws.com', 'elasticache.amazonaws.com', 'redshift.amazonaws.com',
            'dynamodb.amazonaws.com', 'lightsail.amazonaws.com', 'elasticfilesystem.amazonaws.com', 'cloudformation.amazonaws.com', 'es.amazonaws.com'
        )
        AND event_class IN ('read', 'list')
        AND invoked_by IS NULL
        AND user_identity_type IS DISTINCT FROM 'AWSService'
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, different_regions, actors,
    access_key_ids, source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id,
    event_ids, verification
FROM burst_sums('calls', $minutes, $min_kinds)
ORDER BY first_time, who;
