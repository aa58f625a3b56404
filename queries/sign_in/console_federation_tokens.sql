-- /// query
-- name = "console_federation_tokens"
-- title = "API credentials turned into a console session"
-- question = "Were API credentials turned into a console session?"
-- events = ["signin:GetSigninToken"]
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No such sign-in is recorded. Sign-ins stand in us-east-1 or the region of the endpoint that was used."
-- look = "Keys of users or instances that have no business in the console."
--
-- [params]
-- portal_too = { type = "BOOLEAN", default = false, help = "Also those of the Identity Center portal" }
--
-- [timeline]
-- message = ["{actor} got a console sign-in token", "from {source_ip_address}"]
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
    json_extract_string(response_elements, '$.credentials.accessKeyId') AS issued_key,
    user_agent LIKE '%Jersey%' AS by_portal,
    user_identity_type,
    role_session_name,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'signin.amazonaws.com' AND event_base_name = 'GetSigninToken'
    AND ($portal_too OR user_agent NOT LIKE '%Jersey%' OR user_agent IS NULL)
ORDER BY event_time, event_id, event_key;
