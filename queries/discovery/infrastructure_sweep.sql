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
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(event_base_name, '') || ' in ' || coalesce(aws_region, '?') AS thing,
        event_time,
        event_id,
        actor,
        access_key_id,
        source_ip_address,
        agent_family,
        aws_region,
        recipient_account_id,
        outcome,
        verification
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
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    count(DISTINCT aws_region) AS different_regions,
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
FROM bursts('calls', $minutes, $min_kinds)
GROUP BY who, burst
ORDER BY first_time, who;
