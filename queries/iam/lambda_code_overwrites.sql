-- /// query
-- name = "lambda_code_overwrites"
-- title = "Function code replaced"
-- question = "Which functions' code was replaced, by whom and from where?"
-- events = ["lambda:UpdateFunctionCode", "lambda:PublishVersion"]
-- attack = ["T1525", "T1648"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No function code was replaced as far as is recorded."
-- look = "Actors outside the pipeline."
--
-- [timeline]
-- message = ["{actor} replaced the code of {function_name}", "and got {error_class}"]
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
    request_parameters ->> '$.s3Bucket' AS code_bucket,
    request_parameters ->> '$.s3Key' AS code_key,
    request_parameters ->> '$.dryRun' AS dry_run,
    response_elements ->> '$.codeSha256' AS code_sha256,
    response_elements ->> '$.role' AS role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'lambda.amazonaws.com' AND event_base_name IN ('UpdateFunctionCode', 'PublishVersion')
ORDER BY event_time, event_id, event_key;
