-- /// query
-- name = "service_log_delivery_disabled"
-- title = "Access and audit logs switched off"
-- question = "Were access or audit logs switched off on buckets, load balancers, clusters, databases?"
-- events = [
--   "s3:PutBucketLogging", "elasticloadbalancing:ModifyLoadBalancerAttributes", "eks:UpdateClusterConfig",
--   "rds:StopActivityStream", "rds:ModifyActivityStream", "rds:ModifyDBCluster", "redshift:DisableLogging",
--   "cloudfront:UpdateDistribution",
-- ]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No such call is recorded. What is switched off cannot record itself: compare with event_coverage and the findings of verification."
-- look = "Who did it, whether it was undone, and what the same hand did meanwhile."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
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
    CASE
        WHEN NOT was_done(outcome) THEN FALSE
        WHEN event_base_name IN ('StopActivityStream', 'DisableLogging') THEN TRUE
        WHEN NOT kept(request_parameters) THEN NULL
        WHEN event_source = 's3.amazonaws.com' THEN (request_parameters ->> '$.BucketLoggingStatus.LoggingEnabled') IS NULL
        WHEN event_source = 'elasticloadbalancing.amazonaws.com'
            THEN len(list_filter(as_list(json_extract(request_parameters, '$.attributes')), lambda a: (a ->> '$.key') = 'access_logs.s3.enabled' AND lower(a ->> '$.value') = 'false')) > 0
        WHEN event_source = 'eks.amazonaws.com'
            THEN len(list_filter(as_list(json_extract(request_parameters, '$.logging.clusterLogging')), lambda c: lower(c ->> '$.enabled') = 'false')) > 0
        WHEN event_source = 'rds.amazonaws.com' THEN json_exists(request_parameters, '$.cloudwatchLogsExportConfiguration.disableLogTypes')
        ELSE lower(coalesce(request_parameters ->> '$.distributionConfig.logging.enabled', '')) = 'false'
    END AS switched_off,
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 's3.amazonaws.com' AND event_base_name = 'PutBucketLogging')
        OR (event_source = 'elasticloadbalancing.amazonaws.com' AND event_base_name = 'ModifyLoadBalancerAttributes')
        OR (event_source = 'eks.amazonaws.com' AND event_base_name = 'UpdateClusterConfig')
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN ('StopActivityStream', 'ModifyActivityStream', 'ModifyDBCluster'))
        OR (event_source = 'redshift.amazonaws.com' AND event_base_name = 'DisableLogging')
        OR (event_source = 'cloudfront.amazonaws.com' AND event_base_name = 'UpdateDistribution')
    )
ORDER BY event_time, event_id, event_key;
