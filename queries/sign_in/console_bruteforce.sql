-- /// query
-- name = "console_bruteforce"
-- title = "Many failed sign-ins of one user, or with hidden names"
-- question = "Which user, root included, had many failed sign-ins within a short time?"
-- events = ["signin:ConsoleLogin"]
-- attack = ["T1110.001"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No user had that many failures within the window, and no account that many with hidden names."
-- look = "A success that follows: console_success_after_failures. Where name_hidden is true no user had the name that was typed; CloudTrail hides it, and one row stands for all such names of the account, however many they were."
--
-- [params]
-- min_failures = { type = "BIGINT", default = 3, help = "Failures within the window at least" }
-- minutes = { type = "BIGINT", default = 60, help = "Length of the sliding window in minutes" }
--
-- [example]
-- trail = "console_takeover"
-- ///
WITH failures AS (
    SELECT
        *,
        count(*) OVER (
            PARTITION BY recipient_account_id, coalesce(user_name, user_identity_type)
            ORDER BY event_time RANGE BETWEEN to_minutes($minutes) PRECEDING AND CURRENT ROW
        ) AS in_window
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'signin.amazonaws.com' AND event_base_name = 'ConsoleLogin' AND outcome = 'failed'
)

SELECT
    recipient_account_id,
    nullif(coalesce(user_name, user_identity_type), 'HIDDEN_DUE_TO_SECURITY_REASONS') AS user_name,
    coalesce(coalesce(user_name, user_identity_type) = 'HIDDEN_DUE_TO_SECURITY_REASONS', FALSE) AS name_hidden,
    any_value(user_identity_type) AS user_identity_type,
    count(*) AS failures,
    max(in_window) AS most_in_window,
    some_of(source_ip_address) AS addresses,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM failures
GROUP BY recipient_account_id, coalesce(user_name, user_identity_type)
HAVING max(in_window) >= $min_failures
ORDER BY failures DESC, recipient_account_id, coalesce(user_name, user_identity_type);
