-- /// query
-- name = "lambda_config_changes"
-- title = "Function settings"
-- question = "Which functions' layers, environment, role or handler were changed?"
-- events = ["lambda:UpdateFunctionConfiguration"]
-- attack = ["T1546", "T1648"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No function setting was changed as far as is recorded. Values of environment variables are never logged."
-- look = "Layers of other accounts."
--
-- [timeline]
-- message = ["{actor} changed {function_name}"]
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
    regexp_extract(request_parameters ->> '$.functionName', '[^:]*$') AS function_name,
    request_parameters ->> '$.role' AS role,
    layers_of(request_parameters, response_elements) AS layers,
    CASE
        WHEN len(layers_of(request_parameters, response_elements)) > 0
            THEN len(list_filter(layers_of(request_parameters, response_elements), lambda a: account_of_arn(a) IS DISTINCT FROM recipient_account_id)) > 0
    END AS foreign_layers,
    request_parameters ->> '$.handler' AS handler,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'lambda.amazonaws.com' AND event_base_name = 'UpdateFunctionConfiguration'
ORDER BY event_time, event_id, event_key;
