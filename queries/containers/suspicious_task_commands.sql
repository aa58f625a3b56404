-- /// query
-- name = "suspicious_task_commands"
-- title = "Task definitions with telling commands"
-- question = "Which task definitions fetch credentials, download scripts, run miners or open shells?"
-- events = [
--   "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StartTask",
-- ]
-- attack = ["T1552.005", "T1496.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonECS/latest/developerguide/logging-using-cloudtrail.html"]
-- empty = "No recorded task definition or override holds one of the patterns. Commands inside an image are not recorded."
-- look = "The metadata address 169.254.170.2, curl or wget piped into a shell, miners, base64."
--
-- [params]
-- patterns = { type = "VARCHAR[]", default = ["169.254.170.2", "169.254.169.254", "AWS_CONTAINER_CREDENTIALS", "curl ", "wget ", "base64", "xmrig", "stratum", "minerd", "/dev/tcp", "nc -e"], help = "Texts to look for in the parameters, without regard to case" }
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
    coalesce(request_parameters ->> '$.family', request_parameters ->> '$.taskDefinition') AS task_definition,
    list_filter(list_concat(list_transform(as_list(json_extract(request_parameters, '$.containerDefinitions')), lambda c: c ->> '$.image'), []), lambda x: x IS NOT NULL) AS images,
    flatten(list_transform(list_concat(as_list(json_extract(request_parameters, '$.containerDefinitions')), as_list(json_extract(request_parameters, '$.overrides.containerOverrides'))), lambda c: list_concat(as_texts(json_extract(c, '$.entryPoint')), as_texts(json_extract(c, '$.command'))))) AS commands,
    list_filter(CAST($patterns AS VARCHAR[]), lambda p: contains(lower(CAST(request_parameters AS VARCHAR)), lower(p))) AS patterns_found,
    request_parameters ->> '$.taskRoleArn' AS task_role,
    request_parameters ->> '$.executionRoleArn' AS execution_role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ecs.amazonaws.com' AND event_base_name IN (
        'RegisterTaskDefinition', 'RunTask', 'StartTask'
    )
    AND len(list_filter(CAST($patterns AS VARCHAR[]), lambda p: contains(lower(CAST(request_parameters AS VARCHAR)), lower(p)))) > 0
ORDER BY event_time, event_id, event_key;
