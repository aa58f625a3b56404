-- /// query
-- name = "denied_then_allowed"
-- title = "Calls refused first and granted later"
-- question = "Which actor was refused a call and later succeeded with it, and which IAM changes came between?"
-- attack = ["T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody succeeded with a call that was refused shortly before. With outcome set, one half of each pair is left out."
-- look = "A change of IAM between the two, by the same actor."
--
-- [params]
-- hours = { type = "BIGINT", default = 72, help = "Hours between refusal and success at most" }
--
-- [timeline]
-- message = ["{actor} was refused {event_name} before", "and may now", "on {target}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH pairs AS (
    SELECT
        *,
        lag(outcome) OVER same AS outcome_before,
        lag(event_time) OVER same AS refused_at,
        lag(event_id) OVER same AS refused_event_id
    FROM (
        SELECT *
        FROM scoped($since, $until, $accounts, $regions, $outcome)
        WHERE (actor, event_source, event_base_name) IN (
            SELECT (actor, event_source, event_base_name) FROM scoped($since, $until, $accounts, $regions, $outcome) WHERE outcome = 'denied'
        )
    )
    WINDOW same AS (PARTITION BY actor, event_source, event_base_name ORDER BY event_time, event_id, event_key)
),

changes AS (
    SELECT recipient_account_id, event_time, event_id, event_name
    FROM around_scope($accounts, $regions)
    WHERE event_class = 'permissions' AND event_source = 'iam.amazonaws.com' AND outcome = 'success'
)

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
    refused_at,
    refused_event_id,
    (SELECT count(*) FROM changes AS c WHERE c.recipient_account_id = pairs.recipient_account_id AND c.event_time BETWEEN refused_at AND pairs.event_time) AS iam_changes_between,
    (SELECT some_of(c.event_name) FROM changes AS c WHERE c.recipient_account_id = pairs.recipient_account_id AND c.event_time BETWEEN refused_at AND pairs.event_time) AS iam_changes,
    (SELECT first_ids(c.event_id, c.event_time) FROM changes AS c WHERE c.recipient_account_id = pairs.recipient_account_id AND c.event_time BETWEEN refused_at AND pairs.event_time) AS iam_change_event_ids,
    event_id,
    event_key,
    verification
FROM pairs
WHERE outcome NOT IN ('denied', 'failed') AND outcome_before = 'denied' AND event_time <= refused_at + to_hours($hours)
ORDER BY event_time, event_id, event_key;
