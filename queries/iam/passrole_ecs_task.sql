-- /// query
-- name = "passrole_ecs_task"
-- title = "Container tasks with roles"
-- question = "Which task definitions with roles or foreign images were registered and run?"
-- events = ["ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService"]
-- attack = ["T1610", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No task was registered or run as far as is recorded."
-- look = "Images from elsewhere, commands in overrides."
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
    coalesce(request_parameters ->> '$.family', request_parameters ->> '$.taskDefinition') AS task,
    request_parameters ->> '$.taskRoleArn' AS task_role,
    request_parameters ->> '$.executionRoleArn' AS execution_role,
    list_transform(as_list(json_extract(request_parameters, '$.containerDefinitions')), lambda c: c ->> '$.image') AS images,
    json_extract(request_parameters, '$.overrides') AS overrides,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ecs.amazonaws.com' AND event_base_name IN (
            'RegisterTaskDefinition', 'RunTask', 'StartTask', 'CreateService', 'UpdateService'
        )
ORDER BY event_time, event_id, event_key;
