-- /// query
-- name = "passrole_lambda_function"
-- title = "Functions made with a role"
-- question = "Which functions were made with a role, and opened or invoked soon after?"
-- events = ["lambda:CreateFunction", "lambda:Invoke", "lambda:AddPermission", "lambda:CreateFunctionUrlConfig"]
-- attack = ["T1648", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No function was made as far as is recorded. Invocations are data events."
-- look = "Strong roles, public triggers (AddPermission, CreateFunctionUrlConfig). Only Invoke shows that it ran, and that is a data event."
--
-- [params]
-- minutes = { type = "BIGINT", default = 1440, help = "Minutes after the making" }
--
-- [timeline]
-- message = ["{actor} made the function {function_name} with {role}"]
--
-- [example]
-- trail = "exercise"
-- ///
SELECT
    c.event_time,
    c.actor,
    c.access_key_id,
    c.source_ip_address,
    c.user_agent,
    c.recipient_account_id,
    c.aws_region,
    c.outcome,
    c.error_class,
    c.request_parameters ->> '$.functionName' AS function_name,
    c.request_parameters ->> '$.role' AS role,
    c.request_parameters ->> '$.runtime' AS runtime,
    c.request_parameters ->> '$.code.s3Bucket' AS code_bucket,
    some_of(t.event_base_name) AS then_called,
    min(t.event_time) FILTER (t.event_base_name = 'Invoke') AS first_invoked_at,
    first_ids(t.event_id, t.event_time) AS event_ids,
    c.event_id,
    c.event_key,
    c.verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS c
LEFT JOIN around_scope($accounts, $regions) AS t
    ON t.event_source = 'lambda.amazonaws.com'
    AND t.event_base_name IN ('Invoke', 'CreateEventSourceMapping', 'AddPermission', 'CreateFunctionUrlConfig')
    AND contains(t.target, c.target)
    AND t.event_time BETWEEN c.event_time AND c.event_time + to_minutes($minutes)
WHERE c.event_source = 'lambda.amazonaws.com' AND c.event_base_name = 'CreateFunction'
GROUP BY ALL
ORDER BY c.event_time, c.event_id, c.event_key;
