-- /// query
-- name = "model_logging_and_guardrail_changes"
-- title = "Invocation logging and guardrails of models"
-- question = "Were the logs of model invocations, guardrails or automated reasoning policies weakened or removed?"
-- events = [
--   "bedrock:PutModelInvocationLoggingConfiguration", "bedrock:DeleteModelInvocationLoggingConfiguration",
--   "bedrock:GetModelInvocationLoggingConfiguration", "bedrock:CreateGuardrail", "bedrock:UpdateGuardrail",
--   "bedrock:DeleteGuardrail", "bedrock:CreateGuardrailVersion", "bedrock:UpdateAutomatedReasoningPolicy",
--   "bedrock:DeleteAutomatedReasoningPolicy",
-- ]
-- attack = ["T1562.008", "T1562.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html"]
-- empty = "No recorded call changed invocation logging or guardrails. Whether logging was on before is not known from this."
-- look = "Logging looked up and then removed, a configuration put without text or image delivery, guardrails deleted before a burst of invocations."
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
    coalesce(request_parameters ->> '$.guardrailIdentifier', request_parameters ->> '$.policyArn', request_parameters ->> '$.name') AS guardrail,
    request_parameters ->> '$.loggingConfig.s3Config.bucketName' AS log_bucket,
    request_parameters ->> '$.loggingConfig.cloudWatchConfig.logGroupName' AS log_group,
    as_flag(json_extract(request_parameters, '$.loggingConfig.textDataDeliveryEnabled')) AS text_logged,
    CASE WHEN event_base_name LIKE 'Delete%' THEN 'removed' WHEN event_base_name LIKE 'Get%' THEN 'looked up' WHEN event_base_name LIKE 'Create%' THEN 'made' ELSE 'changed' END AS what,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'bedrock.amazonaws.com' AND event_base_name IN (
        'PutModelInvocationLoggingConfiguration', 'DeleteModelInvocationLoggingConfiguration',
        'GetModelInvocationLoggingConfiguration', 'CreateGuardrail', 'UpdateGuardrail', 'DeleteGuardrail',
        'CreateGuardrailVersion', 'UpdateAutomatedReasoningPolicy', 'DeleteAutomatedReasoningPolicy'
    )
ORDER BY event_time, event_id, event_key;
