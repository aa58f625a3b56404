-- /// query
-- name = "password_recovery_and_changes"
-- title = "Passwords recovered and changed"
-- question = "Which passwords were changed or recovered, by their owners or others?"
-- events = [
--   "signin:PasswordRecoveryRequested", "signin:PasswordRecoveryCompleted", "signin:PasswordUpdated",
--   "iam:ChangePassword", "iam:UpdateLoginProfile",
-- ]
-- attack = ["T1098", "T1556"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No password was changed or recovered as far as is recorded."
-- look = "Recoveries that nobody asked for."
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
    coalesce(request_parameters ->> '$.userName', user_name) AS subject,
    coalesce(response_elements ->> '$.PasswordUpdated', response_elements ->> '$.PasswordRecoveryRequested', response_elements ->> '$.PasswordRecoveryCompleted') AS result,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'signin.amazonaws.com' AND event_base_name IN ('PasswordRecoveryRequested', 'PasswordRecoveryCompleted', 'PasswordUpdated'))
        OR (event_source = 'iam.amazonaws.com' AND event_base_name IN ('ChangePassword', 'UpdateLoginProfile'))
    )
ORDER BY event_time, event_id, event_key;
