-- /// query
-- name = "session_tokens_and_their_use"
-- title = "Session tokens and IAM work done with them"
-- question = "Who called GetSessionToken, with or without a second factor, and was IAM changed with such a token?"
-- events = ["sts:GetSessionToken"]
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No session token was asked for as far as is recorded."
-- look = "Tokens without a second factor that then change IAM."
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
    request_parameters ->> '$.serialNumber' AS mfa_device,
    request_parameters ->> '$.durationSeconds' AS seconds_valid,
    issued_access_key_id,
    mfa,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (event_source = 'sts.amazonaws.com' AND event_base_name = 'GetSessionToken')
    OR (
        user_identity_type = 'IAMUser'
        AND access_key_id LIKE 'ASIA%'
        AND event_source = 'iam.amazonaws.com'
        AND event_class NOT IN ('read', 'list')
    )
ORDER BY event_time, event_id, event_key;
