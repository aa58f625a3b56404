-- /// query
-- name = "role_caller_type_change"
-- title = "Roles taken by another kind of caller"
-- question = "Which role was taken by a kind of caller that had not taken it before?"
-- events = ["sts:AssumeRole"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Every role was taken by one kind of caller only. A short archive has a short memory."
-- look = "A role meant for a service that a person takes."
--
-- [timeline]
-- message = ["{requested_role_arn} was taken by {caller_kind} for the first time"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH takings AS (
    SELECT
        *,
        coalesce(invoked_by, user_identity_type) AS caller_kind
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'sts.amazonaws.com' AND event_base_name LIKE 'AssumeRole%' AND outcome = 'success' AND requested_role_arn IS NOT NULL
),

firsts AS (
    SELECT
        requested_role_arn,
        caller_kind,
        min(event_time) AS first_taken,
        arg_min(event_key, (event_time, event_id, event_key)) AS event_key,
        min(min(event_time)) OVER (PARTITION BY requested_role_arn) AS role_first_taken,
        count(*) OVER (PARTITION BY requested_role_arn) AS kinds
    FROM takings
    GROUP BY requested_role_arn, caller_kind
)

SELECT
    e.event_time,
    f.requested_role_arn,
    f.caller_kind,
    f.role_first_taken,
    e.actor,
    e.access_key_id,
    e.source_ip_address,
    e.user_agent,
    e.recipient_account_id,
    e.aws_region,
    e.event_name,
    e.event_id,
    e.event_key,
    e.verification
FROM firsts AS f
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
WHERE f.kinds > 1 AND f.first_taken > f.role_first_taken
ORDER BY e.event_time, e.event_id, e.event_key;
