-- /// query
-- name = "assumeroot_sessions"
-- title = "Central root sessions"
-- question = "Who took root in a member account, and what was done with it?"
-- events = ["sts:AssumeRoot"]
-- attack = ["T1078.004", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody took root in a member account as far as is recorded."
-- look = "Later calls look like local root with a temporary key."
--
-- [timeline]
-- message = ["{actor} took root of {member_account}"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH takings AS (
    SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRoot'
)

SELECT
    t.event_time,
    t.actor,
    t.access_key_id,
    t.source_ip_address,
    t.user_agent,
    t.recipient_account_id,
    t.aws_region,
    t.outcome,
    t.error_class,
    t.request_parameters ->> '$.targetPrincipal' AS member_account,
    t.request_parameters ->> '$.taskPolicyArn.arn' AS task_policy,
    t.issued_access_key_id,
    count(u.event_key) AS uses,
    some_of(u.event_name) AS calls,
    first_ids(u.event_id, u.event_time) AS event_ids,
    t.event_id,
    t.event_key,
    t.verification
FROM takings AS t
LEFT JOIN around_scope($accounts, $regions) AS u ON u.access_key_id = t.issued_access_key_id
GROUP BY ALL
ORDER BY t.event_time, t.event_id, t.event_key;
