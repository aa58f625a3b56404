-- /// query
-- name = "bedrock_api_key_activity"
-- title = "Bedrock API keys"
-- question = "Were API keys for Bedrock made, and what was done with them?"
-- events = [
--   "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential",
--   "iam:UpdateServiceSpecificCredential", "iam:DeleteServiceSpecificCredential", "iam:CreateUser",
--   "iam:AttachUserPolicy",
-- ]
-- attack = ["T1098.001", "T1496.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"]
-- cost = "scan"
-- empty = "No recorded call made a Bedrock API key, and none came with one."
-- look = "Users named BedrockAPIKey-*, calls with a bearer token from new addresses or to anything but models."
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
    coalesce(request_parameters ->> '$.userName', user_name) AS user_named,
    request_parameters ->> '$.serviceName' AS service,
    coalesce(response_elements ->> '$.serviceSpecificCredential.serviceSpecificCredentialId', request_parameters ->> '$.serviceSpecificCredentialId') AS credential_id,
    as_flag(json_extract(additional_event_data, '$.callWithBearerToken')) AS with_bearer_token,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN (
            'CreateServiceSpecificCredential', 'ResetServiceSpecificCredential', 'UpdateServiceSpecificCredential',
            'DeleteServiceSpecificCredential'
        )
        AND coalesce(request_parameters ->> '$.serviceName', 'bedrock') ILIKE '%bedrock%'
    )
    OR (
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN ('CreateUser', 'AttachUserPolicy')
        AND concat_ws(' ', request_parameters ->> '$.userName', error_message) ILIKE '%BedrockAPIKey-%'
    )
    OR starts_with(user_name, 'BedrockAPIKey-')
    OR contains(CAST(additional_event_data AS VARCHAR), 'callWithBearerToken')
ORDER BY event_time, event_id, event_key;
