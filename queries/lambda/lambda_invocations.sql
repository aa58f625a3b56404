-- /// query
-- name = "lambda_invocations"
-- title = "Invocations of functions"
-- question = "Who invoked which functions, from where, and from another account?"
-- events = [
--   "lambda:Invoke", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl", "lambda:InvokeWithResponseStream",
--   "lambda:InvokeExecution",
-- ]
-- attack = ["T1648"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html"]
-- needs = ["data:lambda"]
-- cost = "scan"
-- empty = "No recorded invocation."
-- look = "People who invoke by hand, other accounts, functions that nobody calls otherwise."
--
-- [params]
-- people_only = { type = "BOOLEAN", default = false, help = "Leave out calls that a service made" }
-- function_name = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a function name or ARN; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
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
    coalesce(request_parameters ->> '$.functionName', as_list(resources)[1] ->> '$.ARN') AS function_arn,
    request_parameters ->> '$.invocationType' AS invocation_type,
    is_cross_account AS from_other_account,
    invoked_by,
    shared_event_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'lambda.amazonaws.com' AND event_base_name IN (
            'Invoke', 'InvokeAsync', 'InvokeFunctionUrl', 'InvokeWithResponseStream', 'InvokeExecution'
        )
    AND mentions($function_name, request_parameters, response_elements, resources, error_message)
    AND (NOT $people_only OR (invoked_by IS NULL AND user_identity_type IS DISTINCT FROM 'AWSService'))
ORDER BY event_time, event_id, event_key;
