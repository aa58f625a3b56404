-- /// query
-- name = "session_key_descendants"
-- title = "Keys minted from a key or session"
-- question = "Which keys were minted from this key, recursively, and what did each of them do?"
-- events = [
--   "sts:AssumeRole", "sts:AssumeRoot", "sts:GetSessionToken", "sts:GetFederationToken", "signin:GetSigninToken",
--   "iam:CreateAccessKey",
-- ]
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No key was minted from it in what is loaded. Keys that services hand out (instances, functions) have no issuing event of this key."
-- look = "Long-lived keys among them, sessions in other accounts, keys that were minted and never used."
--
-- [params]
-- access_key_id = { type = "VARCHAR", entity = "access_key", help = "Access key id" }
-- max_depth = { type = "BIGINT", default = 20, help = "Generations at most" }
--
-- [timeline]
-- message = ["{from_key} minted {new_key}", "for {acts_as}"]
--
-- [example]
-- trail = "leaked_key"
-- access_key_id = "AKIARTX3GSDS3J5Z3ACY"
-- ///
WITH RECURSIVE mints AS MATERIALIZED ( -- once: the walk must not read all events at every step
    SELECT event_key, event_time, event_id, access_key_id, issued_access_key_id
    FROM around_scope($accounts, $regions)
    WHERE issued_access_key_id IS NOT NULL AND outcome <> 'denied'
),

unnamed AS MATERIALIZED ( -- keys that were made, but whose id the record does not hold: nobody can follow them
    SELECT event_key, event_time, event_id, access_key_id
    FROM around_scope($accounts, $regions)
    WHERE event_base_name = 'CreateAccessKey' AND outcome = 'success' AND issued_access_key_id IS NULL
),

walk AS ( -- each key once for each generation, whatever the number of ways to it
    SELECT CAST(0 AS BIGINT) AS depth, CAST($access_key_id AS VARCHAR) AS key
    UNION
    SELECT w.depth + 1, e.issued_access_key_id
    FROM walk AS w
    JOIN mints AS e ON e.access_key_id = w.key
    WHERE w.depth < $max_depth AND e.issued_access_key_id <> $access_key_id
),

nearest AS (
    SELECT key, min(depth) AS depth FROM walk GROUP BY key
),

minted AS (
    SELECT n.depth, e.event_key, e.event_time, e.event_id, e.access_key_id AS from_key, e.issued_access_key_id AS to_key
    FROM nearest AS n
    JOIN mints AS e ON e.issued_access_key_id = n.key
    JOIN nearest AS maker ON maker.key = e.access_key_id AND maker.depth = n.depth - 1
    QUALIFY row_number() OVER (PARTITION BY n.key ORDER BY e.event_time, e.event_id, e.event_key) = 1
    UNION ALL
    SELECT n.depth + 1, e.event_key, e.event_time, e.event_id, e.access_key_id, NULL
    FROM nearest AS n
    JOIN unnamed AS e ON e.access_key_id = n.key
    WHERE n.depth < $max_depth
),

uses AS (
    SELECT
        access_key_id,
        count(*) AS uses,
        count(*) FILTER (outcome IN ('denied', 'failed')) AS errors,
        count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
        min(event_time) AS first_use,
        max(event_time) AS last_use,
        some_of(source_ip_address) AS used_from,
        some_of(event_source) AS services,
        first_ids(event_id, event_time) AS event_ids
    FROM around_scope($accounts, $regions)
    WHERE access_key_id IN (SELECT to_key FROM minted)
    GROUP BY access_key_id
)

SELECT
    w.depth,
    e.event_time,
    e.event_name,
    e.actor,
    w.from_key,
    w.to_key AS new_key,
    CASE
        WHEN w.to_key IS NULL THEN 'cannot be followed: the record names no key id'
        WHEN w.to_key LIKE 'AKIA%' THEN 'long-lived'
        ELSE 'temporary'
    END AS kind,
    coalesce(
        e.response_elements ->> '$.assumedRoleUser.arn',
        e.response_elements ->> '$.federatedUser.arn',
        e.response_elements ->> '$.accessKey.userName',
        CASE WHEN w.to_key IS NULL THEN e.target END,
        e.actor
    ) AS acts_as,
    coalesce(e.response_elements ->> '$.credentials.expiration', '') AS expires,
    CASE WHEN w.to_key IS NOT NULL THEN coalesce(u.uses, 0) END AS uses,
    u.errors,
    u.writes,
    u.first_use,
    u.last_use,
    u.used_from,
    u.services,
    e.source_ip_address,
    e.recipient_account_id,
    e.aws_region,
    u.event_ids,
    e.event_id,
    e.event_key,
    e.verification
FROM minted AS w
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
LEFT JOIN uses AS u ON u.access_key_id = w.to_key
ORDER BY w.depth, e.event_time, e.event_id, e.event_key;
