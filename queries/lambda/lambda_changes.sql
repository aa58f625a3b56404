-- /// query
-- name = "lambda_changes"
-- title = "Changes of functions"
-- question = "Which Lambda functions, versions, layers and triggers were created, changed, opened or deleted?"
-- events = [
--   "lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
--   "lambda:DeleteFunction", "lambda:PublishVersion", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:DeleteAlias",
--   "lambda:PublishLayerVersion", "lambda:DeleteLayerVersion", "lambda:AddPermission", "lambda:RemovePermission",
--   "lambda:AddLayerVersionPermission", "lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping",
--   "lambda:DeleteEventSourceMapping", "lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig",
--   "lambda:DeleteFunctionUrlConfig", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency",
--   "lambda:PutFunctionEventInvokeConfig", "lambda:PutRuntimeManagementConfig", "lambda:UpdateCodeSigningConfig",
--   "lambda:DeleteFunctionCodeSigningConfig",
-- ]
-- attack = ["T1648"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html"]
-- empty = "No recorded change of functions."
-- look = "Code replaced outside the pipeline, layers of other accounts, stronger roles, new triggers. Environment values are never logged."
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
    coalesce(request_parameters ->> '$.functionName', request_parameters ->> '$.layerName') AS function_name,
    coalesce(request_parameters ->> '$.role', response_elements ->> '$.role') AS role_arn,
    coalesce(request_parameters ->> '$.runtime', response_elements ->> '$.runtime') AS runtime,
    request_parameters ->> '$.handler' AS handler,
    response_elements ->> '$.codeSha256' AS code_sha256,
    nullif(concat_ws('/', coalesce(request_parameters ->> '$.s3Bucket', request_parameters ->> '$.code.s3Bucket'), coalesce(request_parameters ->> '$.s3Key', request_parameters ->> '$.code.s3Key'), coalesce(request_parameters ->> '$.imageUri', request_parameters ->> '$.code.imageUri')), '') AS code_from,
    layers_of(request_parameters, response_elements) AS layers,
    CASE
        WHEN len(layers_of(request_parameters, response_elements)) > 0
            THEN len(list_filter(layers_of(request_parameters, response_elements), lambda a: account_of_arn(a) IS DISTINCT FROM recipient_account_id)) > 0
    END AS foreign_layers,
    as_flag(json_extract(request_parameters, '$.dryRun')) AS dry_run,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'lambda.amazonaws.com' AND event_base_name IN (
            'CreateFunction', 'UpdateFunctionCode', 'UpdateFunctionConfiguration', 'DeleteFunction', 'PublishVersion',
            'CreateAlias', 'UpdateAlias', 'DeleteAlias', 'PublishLayerVersion', 'DeleteLayerVersion', 'AddPermission',
            'RemovePermission', 'AddLayerVersionPermission', 'CreateEventSourceMapping', 'UpdateEventSourceMapping',
            'DeleteEventSourceMapping', 'CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig',
            'DeleteFunctionUrlConfig', 'PutFunctionConcurrency', 'DeleteFunctionConcurrency',
            'PutFunctionEventInvokeConfig', 'PutRuntimeManagementConfig', 'UpdateCodeSigningConfig',
            'DeleteFunctionCodeSigningConfig'
        )
    AND mentions($function_name, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
