-- /// query
-- name = "containment_reversed"
-- title = "Containment undone"
-- question = "Was a key disablement or a deny policy undone shortly after, and by whom?"
-- events = ["iam:UpdateAccessKey", "iam:DetachUserPolicy", "iam:AttachUserPolicy"]
-- attack = ["T1098", "T1562.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No containment was undone within that time as far as is recorded."
-- look = "Seconds between the two: automation that races the responder."
--
-- [params]
-- minutes = { type = "BIGINT", default = 1440, help = "Minutes within which it was undone" }
--
-- [timeline]
-- message = ["{actor} undid the containment of {subject}"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH acts AS (
    SELECT
        *,
        coalesce(request_parameters ->> '$.accessKeyId', (request_parameters ->> '$.userName') || '/' || coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName', '')) AS subject,
        CASE
            WHEN event_base_name = 'UpdateAccessKey' AND (request_parameters ->> '$.status') = 'Inactive' THEN 'contained'
            WHEN event_base_name = 'UpdateAccessKey' AND (request_parameters ->> '$.status') = 'Active' THEN 'reversed'
            WHEN event_base_name IN ('AttachUserPolicy', 'PutUserPolicy', 'AttachRolePolicy', 'PutRolePolicy')
                AND regexp_matches(lower(CAST(request_parameters AS VARCHAR)), 'deny|quarantine|revoke') THEN 'contained'
            WHEN event_base_name IN ('DetachUserPolicy', 'DeleteUserPolicy', 'DetachRolePolicy', 'DeleteRolePolicy') THEN 'reversed'
        END AS act
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'iam.amazonaws.com' AND outcome = 'success'
)

SELECT
    r.event_time,
    r.recipient_account_id,
    r.actor,
    r.access_key_id,
    r.source_ip_address,
    r.user_agent,
    r.event_name,
    r.subject,
    c.event_name AS contained_by_call,
    c.actor AS contained_by,
    c.event_time AS contained_at,
    date_diff('second', c.event_time, r.event_time) AS seconds_later,
    c.event_id AS containment_event_id,
    r.event_id,
    r.event_key,
    r.verification
FROM acts AS r
JOIN acts AS c
    ON c.subject = r.subject
    AND c.act = 'contained'
    AND r.event_time >= c.event_time
    AND r.event_time <= c.event_time + to_minutes($minutes)
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e ON e.event_key = r.event_key
WHERE r.act = 'reversed'
ORDER BY r.event_time, r.event_id, r.event_key, c.event_time, c.event_id;
