-- /// query
-- name = "container_exec_sessions"
-- title = "Shells in containers"
-- question = "Who opened a shell in a container or joined a shared development environment?"
-- events = [
--   "ecs:ExecuteCommand", "ssmmessages:OpenDataChannel", "ssmmessages:CreateDataChannel",
--   "cloud9:CreateEnvironmentEC2", "cloud9:CreateEnvironmentMembership", "cloud9:UpdateEnvironmentMembership",
--   "cloud9:CreateEnvironmentToken",
-- ]
-- attack = ["T1609"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonECS/latest/developerguide/logging-using-cloudtrail.html"]
-- empty = "Nobody opened such a shell by a recorded call. Shells through kubectl are in the audit log of the cluster."
-- look = "Interactive shells in production tasks, members added to environments."
--
-- [params]
-- cluster = { type = "VARCHAR", entity = "resource", default = "", help = "Cluster, task or environment; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "compute_abuse"
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
    request_parameters ->> '$.cluster' AS cluster,
    request_parameters ->> '$.task' AS task,
    coalesce(request_parameters ->> '$.container', response_elements ->> '$.containerName') AS container,
    request_parameters ->> '$.command' AS command,
    as_flag(json_extract(request_parameters, '$.interactive')) AS interactive,
    coalesce(response_elements ->> '$.session.sessionId', request_parameters ->> '$.environmentId') AS session_or_environment,
    request_parameters ->> '$.userArn' AS member,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ecs.amazonaws.com' AND event_base_name IN (
            'ExecuteCommand'
        ))
        OR (event_source = 'ssmmessages.amazonaws.com' AND event_base_name IN (
            'OpenDataChannel', 'CreateDataChannel'
        ))
        OR (event_source = 'cloud9.amazonaws.com' AND event_base_name IN (
            'CreateEnvironmentEC2', 'CreateEnvironmentMembership', 'UpdateEnvironmentMembership',
            'CreateEnvironmentToken'
        ))
    )
    AND mentions($cluster, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
