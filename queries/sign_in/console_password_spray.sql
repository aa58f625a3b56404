-- /// query
-- name = "console_password_spray"
-- title = "Failed sign-ins of many users from one address"
-- question = "Which address tried many users?"
-- events = ["signin:ConsoleLogin"]
-- attack = ["T1110.003"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No address failed on that many users, each failure with a hidden name counted as another."
-- look = "Addresses from outside the usual networks. Names that no user had are hidden in the records and nobody can tell how many they were: users leaves them out, users_at_most counts each failure with such a name as another."
--
-- [params]
-- min_users = { type = "BIGINT", default = 2, help = "Different users at least, each failure with a hidden name counted as another" }
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    source_ip_address,
    count(DISTINCT nullif(coalesce(user_name, user_identity_type), 'HIDDEN_DUE_TO_SECURITY_REASONS')) AS users,
    count(DISTINCT nullif(coalesce(user_name, user_identity_type), 'HIDDEN_DUE_TO_SECURITY_REASONS')) + count(*) FILTER (user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS') AS users_at_most,
    count(*) FILTER (user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS') AS failures_with_hidden_name,
    count(*) AS failures,
    some_of(nullif(user_name, 'HIDDEN_DUE_TO_SECURITY_REASONS')) AS user_names,
    some_of(recipient_account_id) AS accounts,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE event_source = 'signin.amazonaws.com' AND event_base_name = 'ConsoleLogin' AND outcome = 'failed'
GROUP BY source_ip_address
HAVING count(DISTINCT nullif(coalesce(user_name, user_identity_type), 'HIDDEN_DUE_TO_SECURITY_REASONS')) + count(*) FILTER (user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS') >= $min_users
ORDER BY users_at_most DESC, users DESC, failures DESC, source_ip_address;
