-- /// query
-- name = "model_invocations"
-- title = "Calls of foundation models"
-- question = "Who invoked which models, in which regions, and with what failures?"
-- events = [
--   "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:InvokeModelWithBidirectionalStream",
--   "bedrock:Converse", "bedrock:ConverseStream", "bedrock:StartAsyncInvoke", "bedrock:CreateModelInvocationJob",
--   "bedrock:InvokeAgent", "bedrock:InvokeInlineAgent", "bedrock:InvokeFlow", "bedrock:RetrieveAndGenerate",
--   "bedrock:Retrieve",
-- ]
-- attack = ["T1496.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html"]
-- needs = ["data:bedrock"]
-- empty = "No call of a model is recorded. InvokeModel and Converse are management events; agents, flows and retrieval are data events."
-- look = "Models and regions that nobody ordered, bearer tokens, rows of validation errors (tests of access), long-lived keys."
--
-- [params]
-- model = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a model id; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.modelId', request_parameters ->> '$.agentId') AS model_id,
    additional_event_data ->> '$.inferenceRegion' AS inference_region,
    as_flag(json_extract(additional_event_data, '$.callWithBearerToken')) AS bearer_token,
    additional_event_data ->> '$.inputTokens' AS input_tokens,
    additional_event_data ->> '$.outputTokens' AS output_tokens,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'bedrock.amazonaws.com' AND event_base_name IN (
            'InvokeModel', 'InvokeModelWithResponseStream', 'InvokeModelWithBidirectionalStream', 'Converse',
            'ConverseStream', 'StartAsyncInvoke', 'CreateModelInvocationJob', 'InvokeAgent', 'InvokeInlineAgent',
            'InvokeFlow', 'RetrieveAndGenerate', 'Retrieve'
        )
    AND mentions($model, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
