-- /// query
-- name = "config_secret_harvest"
-- title = "Configuration read that often holds secrets"
-- question = "Who read many functions, task definitions, build projects, connections or templates within a short time?"
-- attack = ["T1552.001", "T1580"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody read that much configuration in such a window."
-- look = "GetFunction for every function (it gives the code), by a credential that never deploys."
--
-- [params]
-- minutes = { type = "BIGINT", default = 30, help = "Length of the sliding window in minutes" }
-- min_objects = { type = "BIGINT", default = 4, help = "Different objects within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "secrets_theft"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        event_base_name || ' ' || coalesce(request_parameters ->> '$.functionName', request_parameters ->> '$.taskDefinition', request_parameters ->> '$.stackName', target, CAST(event_key AS VARCHAR)) AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        (
            (event_source = 'lambda.amazonaws.com' AND event_base_name IN ('GetFunction', 'GetFunctionConfiguration', 'ListFunctions'))
            OR (event_source = 'ecs.amazonaws.com' AND event_base_name = 'DescribeTaskDefinition')
            OR (event_source = 'codebuild.amazonaws.com' AND event_base_name = 'BatchGetProjects')
            OR (event_source = 'glue.amazonaws.com' AND event_base_name IN ('GetConnection', 'GetConnections', 'GetJob', 'GetJobs'))
            OR (event_source = 'cloudformation.amazonaws.com' AND event_base_name IN ('GetTemplate', 'DescribeStacks'))
            OR (event_source = 'lightsail.amazonaws.com' AND event_base_name IN ('DownloadDefaultKeyPair', 'GetInstanceAccessDetails'))
            OR (event_source = 'amplify.amazonaws.com' AND event_base_name IN ('GetApp', 'ListApps'))
            OR (event_source = 'apprunner.amazonaws.com' AND event_base_name = 'DescribeService')
            OR (event_source = 'elasticbeanstalk.amazonaws.com' AND event_base_name = 'DescribeConfigurationSettings')
        )
        AND invoked_by IS NULL
        AND user_identity_type IS DISTINCT FROM 'AWSService'
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_objects)
ORDER BY first_time, who;
