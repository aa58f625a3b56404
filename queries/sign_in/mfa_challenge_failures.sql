-- /// query
-- name = "mfa_challenge_failures"
-- title = "Second factors asked for, and failed"
-- question = "Who was asked for a second factor, how often, and how often did that fail?"
-- events = ["signin:CheckMfa", "signin:ConsoleLogin", "signin:CredentialVerification"]
-- attack = ["T1621", "T1110"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No challenge for a second factor is recorded."
-- look = "Many prompts in a row, then a success."
--
-- [params]
-- min_challenges = { type = "BIGINT", default = 1, help = "Challenges at least" }
--
-- [example]
-- trail = "console_takeover"
-- ///
SELECT
    recipient_account_id,
    coalesce(user_name, actor) AS user_name,
    count(*) AS challenges,
    count(*) FILTER (outcome = 'failed') AS failures,
    some_of(source_ip_address) AS addresses,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'signin.amazonaws.com'
    AND (
        event_base_name = 'CheckMfa'
        OR (event_base_name = 'CredentialVerification' AND (additional_event_data ->> '$.CredentialType') <> 'PASSWORD')
        OR (event_base_name = 'ConsoleLogin' AND outcome = 'failed' AND lower(additional_event_data ->> '$.MFAUsed') = 'yes')
    )
GROUP BY ALL
HAVING count(*) >= $min_challenges
ORDER BY failures DESC, challenges DESC, recipient_account_id, user_name;
