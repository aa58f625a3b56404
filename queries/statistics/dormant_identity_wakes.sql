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
WITH activity AS (
    SELECT actor, event_time, event_id, event_key, lag(event_time) OVER (PARTITION BY actor ORDER BY event_time, event_id, event_key) AS before
    FROM around_scope($accounts, $regions)
    WHERE event_time > TIMESTAMP '1970-01-01'
),

edge AS (
    SELECT min(event_time) AS archive_begins FROM events WHERE event_time > TIMESTAMP '1970-01-01'
)

SELECT
    e.event_time,
    a.before AS last_seen_before,
    round(date_diff('hour', coalesce(a.before, edge.archive_begins), e.event_time) / 24.0, 1) AS silent_days,
    a.before IS NULL AS never_seen_before,
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
FROM activity AS a
CROSS JOIN edge
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
WHERE date_diff('hour', coalesce(a.before, edge.archive_begins), e.event_time) >= 24 * $min_silent_days
ORDER BY e.event_time, e.event_id, e.event_key;
