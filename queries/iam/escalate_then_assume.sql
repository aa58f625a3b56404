-- /// query
-- name = "escalate_then_assume"
-- title = "A role changed, then asked for by the same actor"
-- question = "Which roles were changed and then taken, or tried, by the same actor?"
-- events = ["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole"]
-- attack = ["T1098.003", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody changed a role and took it within that time as far as is recorded."
-- look = "Pairs within a minute; the outcome: a refusal was an attempt. Roles that another one takes stand in role_assumption_chain."
--
-- [params]
-- minutes = { type = "BIGINT", default = 1440, help = "Minutes between change and taking at most" }
--
-- [timeline]
-- message = ["{actor} changed {requested_role_arn} and took it"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH changes AS (
    SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN ('AttachRolePolicy', 'PutRolePolicy', 'UpdateAssumeRolePolicy', 'CreateRole')
        AND outcome = 'success'
)

SELECT
    a.event_time,
    c.event_time AS changed_at,
    c.event_name AS change,
    count(*) OVER (PARTITION BY a.event_key) AS changes_before,
    c.actor AS changed_by,
    a.actor,
    a.requested_role_arn,
    a.outcome,
    a.issued_access_key_id,
    date_diff('second', c.event_time, a.event_time) AS seconds_later,
    a.source_ip_address,
    a.user_agent,
    a.recipient_account_id,
    c.event_id AS change_event_id,
    a.event_id,
    a.event_key,
    a.verification
FROM changes AS c
JOIN around_scope($accounts, $regions) AS a
    ON a.event_source = 'sts.amazonaws.com'
    AND a.event_base_name = 'AssumeRole'
    AND a.actor = c.actor
    AND name_of_arn(a.requested_role_arn) = (c.request_parameters ->> '$.roleName')
    AND a.event_time BETWEEN c.event_time AND c.event_time + to_minutes($minutes)
QUALIFY row_number() OVER (PARTITION BY a.event_key ORDER BY c.event_time DESC, c.event_id) = 1 -- a call once, with the last change before it
ORDER BY a.event_time, a.event_id, a.event_key, c.event_time, c.event_id;
