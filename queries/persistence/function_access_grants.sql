-- /// query
-- name = "function_access_grants"
-- title = "Who was let into functions and layers"
-- question = "Which Lambda functions, layers and function URLs were opened or closed, to whom, and on what condition?"
-- events = [
--   "lambda:AddPermission", "lambda:RemovePermission", "lambda:AddLayerVersionPermission",
--   "lambda:RemoveLayerVersionPermission", "lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig",
--   "lambda:DeleteFunctionUrlConfig",
-- ]
-- attack = ["T1546", "T1648"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html"]
-- empty = "No grant on a function, layer or function URL is recorded. Grants that stood before the first log are not shown."
-- look = "The principal *, another account, auth type NONE, a service without a source account."
--
-- [params]
-- function_name = { type = "VARCHAR", entity = "resource", default = "", help = "Function name or ARN; refused calls that name nothing are shown too. None given means all" }
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
    CASE WHEN was_done(outcome) THEN coalesce(request_parameters ->> '$.principal', request_parameters ->> '$.organizationId') END AS granted_to,
    CASE
        WHEN NOT was_done(outcome) THEN coalesce(request_parameters ->> '$.principal', request_parameters ->> '$.organizationId')
    END AS tried_to_grant_to,
    request_parameters ->> '$.action' AS granted_action,
    request_parameters ->> '$.sourceArn' AS source_arn,
    request_parameters ->> '$.sourceAccount' AS source_account,
    coalesce(request_parameters ->> '$.authType', request_parameters ->> '$.functionUrlAuthType', response_elements ->> '$.authType') AS url_auth_type,
    response_elements ->> '$.functionUrl' AS function_url,
    CASE WHEN event_base_name IN ('AddPermission', 'AddLayerVersionPermission') THEN policy_remarks(policy_of(event_source, event_base_name, request_parameters, response_elements), recipient_account_id) END AS remarks,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'lambda.amazonaws.com' AND event_base_name IN (
            'AddPermission', 'RemovePermission', 'AddLayerVersionPermission', 'RemoveLayerVersionPermission',
            'CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig', 'DeleteFunctionUrlConfig'
        )
    AND mentions($function_name, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
