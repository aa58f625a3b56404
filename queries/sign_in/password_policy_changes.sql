-- /// query
-- name = "password_policy_changes"
-- title = "Changes of the password policy"
-- question = "Was the account password policy weakened or removed?"
-- events = ["iam:UpdateAccountPasswordPolicy", "iam:DeleteAccountPasswordPolicy"]
-- attack = ["T1556", "T1201"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "The password policy was not changed as far as is recorded."
-- look = "A shorter minimum, no expiry."
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
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN ('UpdateAccountPasswordPolicy', 'DeleteAccountPasswordPolicy')
ORDER BY event_time, event_id, event_key;
