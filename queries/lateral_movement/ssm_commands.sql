-- /// query
-- name = "ssm_commands"
-- title = "Commands run through Systems Manager"
-- question = "Which documents were run on which instances, by whom, and who read the output?"
-- events = [
--   "ssm:SendCommand", "ssm:GetCommandInvocation", "ssm:ListCommandInvocations", "ssm:CancelCommand",
--   "ssm:StartAutomationExecution",
-- ]
-- attack = ["T1651"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html"]
-- empty = "No command was run through Systems Manager as far as recorded."
-- look = "AWS-RunShellScript and AWS-RunPowerShellScript by people, targets by tag (whole fleets). CloudTrail hides the text of commands."
--
-- [params]
-- instance_or_document = { type = "VARCHAR", entity = "resource", default = "", help = "Part of an instance id or document name; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "secrets_theft"
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
    coalesce(request_parameters ->> '$.documentName', request_parameters ->> '$.name') AS document,
    coalesce(response_elements ->> '$.command.commandId', request_parameters ->> '$.commandId', response_elements ->> '$.automationExecutionId') AS command_id,
    list_distinct(list_concat(as_texts(json_extract(request_parameters, '$.instanceIds')), as_texts(json_extract(request_parameters, '$.instanceId')))) AS instance_ids,
    list_transform(as_list(json_extract(request_parameters, '$.targets')), lambda t: (t ->> '$.key') || '=' || array_to_string(as_texts(json_extract(t, '$.values')), ',')) AS targets,
    CAST(json_extract(request_parameters, '$.parameters') AS VARCHAR) AS parameters,
    request_parameters ->> '$.outputS3BucketName' AS output_bucket,
    request_parameters ->> '$.comment' AS comment,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ssm.amazonaws.com' AND event_base_name IN (
            'SendCommand', 'GetCommandInvocation', 'ListCommandInvocations', 'CancelCommand',
            'StartAutomationExecution'
        )
    AND mentions($instance_or_document, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
