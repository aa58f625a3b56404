-- /// query
-- name = "dormant_identity_wakes"
-- title = "Identities that wake"
-- question = "Which principal or key became active after a long silence?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody woke after that long a silence. The archive must be longer than the silence."
-- look = "Old users that nobody uses any more."
--
-- [params]
-- min_silent_days = { type = "BIGINT", default = 1, help = "Days of silence at least" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH moments AS (
    SELECT actor, event_time, lag(event_time) OVER (PARTITION BY actor ORDER BY event_time) AS before
    FROM (
        SELECT DISTINCT actor, event_time
        FROM around_scope($accounts, $regions)
        WHERE event_time > TIMESTAMP '1970-01-01'
    )
),

wakes AS (
    SELECT m.actor, m.event_time, m.before, date_diff('hour', coalesce(m.before, edge.archive_begins), m.event_time) AS silent_hours
    FROM moments AS m
    CROSS JOIN (SELECT min(event_time) AS archive_begins FROM events WHERE event_time > TIMESTAMP '1970-01-01') AS edge
    WHERE date_diff('hour', coalesce(m.before, edge.archive_begins), m.event_time) >= 24 * $min_silent_days
),

-- the first event of each moment, outcomes of other kinds included
first_events AS (
    SELECT w.before, w.silent_hours, e.event_key
    FROM wakes AS w
    JOIN around_scope($accounts, $regions) AS e ON e.actor IS NOT DISTINCT FROM w.actor AND e.event_time = w.event_time
    QUALIFY row_number() OVER (PARTITION BY e.actor, e.event_time ORDER BY e.event_id, e.event_key) = 1
)

SELECT
    e.event_time,
    f.before AS last_seen_before,
    round(f.silent_hours / 24.0, 1) AS silent_days,
    f.before IS NULL AS never_seen_before,
    e.actor,
    e.access_key_id,
    e.source_ip_address,
    e.user_agent,
    e.recipient_account_id,
    e.aws_region,
    e.event_name,
    e.outcome,
    e.event_id,
    e.event_key,
    e.verification
FROM first_events AS f
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
