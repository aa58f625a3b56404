-- /// query
-- name = "console_login_failures"
-- title = "Failed console sign-ins"
-- question = "Which console sign-ins failed, for whom, from where, and why?"
-- events = ["signin:ConsoleLogin"]
-- attack = ["T1110"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No failed sign-in is recorded. AWS hides the names of users that do not exist, and old archives lack failed root sign-ins."
-- look = "Many users from one address, many tries for one user, the success that follows."
--
-- [timeline]
-- message = ["sign-in of {user_name} failed", "from {source_ip_address}", "because {error_message}"]
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
    nullif(user_name, 'HIDDEN_DUE_TO_SECURITY_REASONS') AS user_name,
    user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS' AS no_such_user,
    lower(additional_event_data ->> '$.MFAUsed') = 'yes' AS mfa_used,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'signin.amazonaws.com'
    AND event_base_name = 'ConsoleLogin'
    AND (response_elements ->> '$.ConsoleLogin' = 'Failure' OR error_message IS NOT NULL)
ORDER BY event_time, event_id, event_key;
