-- /// query
-- name = "console_login_without_mfa"
-- title = "Console sign-ins without a second factor"
-- question = "Which IAM users or root signed in without a second factor?"
-- events = ["signin:ConsoleLogin"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No such sign-in is recorded. Sign-ins stand in us-east-1 or the region of the endpoint that was used. Federated sign-ins are left out: their second factor is checked elsewhere."
-- look = "Root and administrators."
--
-- [timeline]
-- message = ["{user_name} signed in without a second factor", "from {source_ip_address}"]
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
    additional_event_data ->> '$.MFAUsed' AS mfa_used,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'signin.amazonaws.com' AND event_base_name = 'ConsoleLogin'
    AND lower(coalesce(additional_event_data ->> '$.MFAUsed', 'no')) = 'no'
    AND outcome = 'success'
    AND user_identity_type IN ('IAMUser', 'Root')
    AND (additional_event_data ->> '$.SamlProviderArn') IS NULL
ORDER BY event_time, event_id, event_key;
