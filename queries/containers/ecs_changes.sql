-- /// query
-- name = "ecs_changes"
-- title = "Changes of ECS clusters, services and tasks"
-- question = "Which clusters, services, task definitions and tasks were created, run or scaled, with which images and roles?"
-- events = [
--   "ecs:CreateCluster", "ecs:DeleteCluster", "ecs:UpdateCluster", "ecs:CreateService", "ecs:UpdateService",
--   "ecs:DeleteService", "ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:RunTask", "ecs:StartTask",
--   "ecs:StopTask", "ecs:RegisterContainerInstance", "ecs:ExecuteCommand", "ecs:CreateTaskSet", "ecs:PutAccountSetting",
-- ]
-- attack = ["T1610"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonECS/latest/developerguide/logging-using-cloudtrail.html"]
-- empty = "No recorded change of ECS."
-- look = "Images from public registries, commands that fetch scripts, many tasks at once, clusters in unused regions."
--
-- [params]
-- cluster_or_task = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a cluster, service or task definition name; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.cluster', request_parameters ->> '$.clusterName', response_elements ->> '$.cluster.clusterArn') AS cluster,
    coalesce(request_parameters ->> '$.serviceName', request_parameters ->> '$.service') AS service,
    coalesce(request_parameters ->> '$.taskDefinition', request_parameters ->> '$.family') AS task_definition,
    list_distinct(list_filter(list_transform(as_list(json_extract(request_parameters, '$.containerDefinitions')), lambda c: c ->> '$.image'), lambda x: x IS NOT NULL)) AS images,
    list_filter(list_transform(as_list(json_extract(request_parameters, '$.containerDefinitions')), lambda c: CAST(json_extract(c, '$.command') AS VARCHAR)), lambda x: x IS NOT NULL AND x <> 'null') AS commands,
    CAST(json_extract(request_parameters, '$.overrides') AS VARCHAR) AS overrides,
    coalesce(request_parameters ->> '$.desiredCount', request_parameters ->> '$.count') AS wanted,
    request_parameters ->> '$.cpu' AS cpu,
    request_parameters ->> '$.memory' AS memory,
    request_parameters ->> '$.taskRoleArn' AS task_role,
    request_parameters ->> '$.executionRoleArn' AS execution_role,
    request_parameters ->> '$.launchType' AS launch_type,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ecs.amazonaws.com' AND event_base_name IN (
            'CreateCluster', 'DeleteCluster', 'UpdateCluster', 'CreateService', 'UpdateService', 'DeleteService',
            'RegisterTaskDefinition', 'DeregisterTaskDefinition', 'RunTask', 'StartTask', 'StopTask',
            'RegisterContainerInstance', 'ExecuteCommand', 'CreateTaskSet', 'PutAccountSetting'
        )
    AND mentions($cluster_or_task, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
