-- /// query
-- name = "stack_changes"
-- title = "Changes of stacks"
-- question = "Which stacks were made, changed or deleted, from which template, with which role?"
-- events = [
--   "cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:DeleteStack",
--   "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet", "cloudformation:CreateStackSet",
--   "cloudformation:UpdateStackSet", "cloudformation:CreateStackInstances", "cloudformation:DeleteStackInstances",
--   "cloudformation:SetStackPolicy", "cloudformation:CreateGeneratedTemplate", "cloudformation:RegisterType",
-- ]
-- attack = ["T1648", "T1578"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-api-logging-cloudtrail.html"]
-- empty = "No recorded call changed a stack. What a stack then does has invoked_by cloudformation.amazonaws.com (service_forwarded_actions)."
-- look = "Templates from buckets that are not ours, capabilities for IAM, stack sets over all accounts."
--
-- [params]
-- stack = { type = "VARCHAR", entity = "resource", default = "", help = "Part of the name or ARN of a stack; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "privilege_escalation"
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
    coalesce(request_parameters ->> '$.stackName', request_parameters ->> '$.stackSetName') AS stack,
    request_parameters ->> '$.changeSetName' AS change_set,
    request_parameters ->> '$.templateURL' AS template_from,
    coalesce(request_parameters ->> '$.roleARN', request_parameters ->> '$.administrationRoleARN') AS role,
    as_texts(json_extract(request_parameters, '$.capabilities')) AS capabilities,
    as_texts(json_extract(request_parameters, '$.accounts')) AS into_accounts,
    response_elements ->> '$.stackId' AS stack_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudformation.amazonaws.com' AND event_base_name IN (
        'CreateStack', 'UpdateStack', 'DeleteStack', 'CreateChangeSet', 'ExecuteChangeSet', 'CreateStackSet',
        'UpdateStackSet', 'CreateStackInstances', 'DeleteStackInstances', 'SetStackPolicy', 'CreateGeneratedTemplate',
        'RegisterType'
    )
    AND mentions($stack, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
