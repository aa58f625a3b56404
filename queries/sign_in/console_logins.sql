-- /// query
-- name = "console_logins"
-- title = "Console sign-ins"
-- question = "Who signed in to the console, from where, with which factor, and what failed?"
-- events = ["signin:ConsoleLogin"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No console sign-in is recorded. Sign-ins stand in us-east-1 or the region of the sign-in endpoint; sessions from roles and federation have other events (console_federation_tokens, saml_federation_sessions)."
-- look = "An address or country that the user never had, no second factor, success after failures."
--
-- [params]
-- principal = { type = "VARCHAR", entity = "principal", default = "", help = "User name or ARN; none given means all" }
--
-- [timeline]
-- message = ["{user_name} signed in to the console", "from {source_ip_address}", "result {result}"]
--
-- [example]
-- trail = "leaked_key"
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
    user_identity_type,
    user_name,
    response_elements ->> '$.ConsoleLogin' AS result,
    lower(additional_event_data ->> '$.MFAUsed') = 'yes' AS mfa_used,
    additional_event_data ->> '$.MFAIdentifier' AS mfa_identifier,
    additional_event_data ->> '$.SamlProviderArn' AS saml_provider,
    split_part(additional_event_data ->> '$.LoginTo', '?', 1) AS login_to,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'signin.amazonaws.com'
    AND event_base_name = 'ConsoleLogin'
    AND ($principal = '' OR is_principal($principal, actor, principal_arn, session_issuer_arn, user_name, principal_id))
ORDER BY event_time, event_id, event_key;
