-- /// query
-- name = "off_hours_activity"
-- title = "Activity outside usual hours"
-- question = "Who worked outside their own usual hours?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody worked outside their usual hours, as far as the archive shows their habits."
-- look = "Administrators at night."
--
-- [params]
-- utc_offset = { type = "BIGINT", default = 0, help = "Hours from UTC of the office" }
-- day_begins = { type = "BIGINT", default = 7, help = "Hour at which work begins" }
-- day_ends = { type = "BIGINT", default = 20, help = "Hour at which work ends" }
-- min_days = { type = "BIGINT", default = 2, help = "Days on which the principal must be known" }
--
-- [example]
-- trail = "console_takeover"
-- ///
WITH human AS (
    SELECT * FROM around_scope($accounts, $regions)
    WHERE
        user_identity_type IN ('IAMUser', 'Root', 'AssumedRole', 'IdentityCenterUser', 'FederatedUser')
        AND agent_family IN ('console', 'browser', 'cli')
        AND invoked_by IS NULL
),

usual AS (
    SELECT
        actor,
        (hour(event_time) + CAST($utc_offset AS INTEGER) + 24) % 24 AS local_hour,
        count(DISTINCT date_trunc('day', event_time)) AS days
    FROM human
    GROUP BY ALL
),

norm AS (
    SELECT actor, max(days) AS best_days, sum(days) AS all_days FROM usual GROUP BY actor
)

SELECT
    e.event_time,
    (hour(e.event_time) + CAST($utc_offset AS INTEGER) + 24) % 24 AS local_hour,
    u.days AS days_with_this_hour,
    n.best_days AS days_of_usual_hour,
    e.actor,
    e.access_key_id,
    e.source_ip_address,
    e.user_agent,
    e.recipient_account_id,
    e.aws_region,
    e.event_source,
    e.event_name,
    e.outcome,
    e.target,
    e.event_id,
    e.event_key,
    e.verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
JOIN human AS h USING (event_key)
JOIN norm AS n ON n.actor = e.actor
JOIN usual AS u ON u.actor = e.actor AND u.local_hour = (hour(e.event_time) + CAST($utc_offset AS INTEGER) + 24) % 24
WHERE
    u.days = 1
    AND n.best_days >= $min_days
    AND NOT (
        (hour(e.event_time) + CAST($utc_offset AS INTEGER) + 24) % 24 >= $day_begins
        AND (hour(e.event_time) + CAST($utc_offset AS INTEGER) + 24) % 24 < $day_ends
    )
ORDER BY e.event_time, e.event_id, e.event_key;
