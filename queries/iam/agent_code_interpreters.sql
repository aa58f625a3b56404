-- /// query
-- name = "agent_code_interpreters"
-- title = "Code interpreters"
-- question = "Were Bedrock AgentCore interpreters made with a role, or sessions opened in them?"
-- events = [
--   "bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession",
--   "bedrock-agentcore:InvokeCodeInterpreter",
-- ]
-- attack = ["T1548.005", "T1059"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded; invocations may be data events."
-- look = "Roles with rights beyond the agent's work."
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
    request_parameters ->> '$.executionRoleArn' AS role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'bedrock-agentcore.amazonaws.com' AND event_base_name IN ('CreateCodeInterpreter', 'StartCodeInterpreterSession', 'InvokeCodeInterpreter')
ORDER BY event_time, event_id, event_key;
