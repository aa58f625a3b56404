-- /// query
-- name = "console_success_after_failures"
-- title = "Sign-ins that succeeded after failures"
-- question = "Did a user or address succeed after failures?"
-- events = ["signin:ConsoleLogin"]
-- attack = ["T1110", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No sign-in succeeded after that many failures in the window before it."
-- look = "Whether the user confirms it; what the session did next."
--
-- [params]
-- min_failures = { type = "BIGINT", default = 2, help = "Failures before it at least" }
-- minutes = { type = "BIGINT", default = 60, help = "Length of the sliding window in minutes" }
--
-- [timeline]
-- message = ["{user_name} signed in after failures", "from {source_ip_address}"]
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
    user_name,
    failures_of_user,
    failures_from_address,
    mfa,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        count(*) FILTER (outcome = 'failed') OVER (
            PARTITION BY recipient_account_id, coalesce(user_name, user_identity_type)
            ORDER BY event_time RANGE BETWEEN to_minutes($minutes) PRECEDING AND CURRENT ROW
        ) AS failures_of_user,
        count(*) FILTER (outcome = 'failed') OVER (
            PARTITION BY source_ip_address
            ORDER BY event_time RANGE BETWEEN to_minutes($minutes) PRECEDING AND CURRENT ROW
        ) AS failures_from_address
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'signin.amazonaws.com' AND event_base_name = 'ConsoleLogin'
)
WHERE
    event_base_name = 'ConsoleLogin'
    AND outcome = 'success'
    AND greatest(failures_of_user, failures_from_address) >= $min_failures
ORDER BY event_time, event_id, event_key;
