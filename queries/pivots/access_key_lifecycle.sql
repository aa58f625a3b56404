-- /// query
-- name = "access_key_lifecycle"
-- title = "Life of an access key"
-- question = "Who owns the key, who made, changed, looked up or deleted it, and was it ever used?"
-- events = ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:GetAccessKeyLastUsed"]
-- attack = ["T1098.001", "T1531"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"]
-- empty = "The key was neither made, changed nor used in what is loaded. It may be older than the archive, or belong to an account that is not here."
-- look = "A key made by somebody else than its owner, used from another place than it was made, or made and never used: it may still be valid."
--
-- [params]
-- access_key_id = { type = "VARCHAR", entity = "access_key", default = "", help = "Access key; none given means every key whose state changed" }
--
-- [timeline]
-- message = ["key {key_id} of {owner}: {step}", "by {done_by}", "from {source_ip_address}"]
--
-- [example]
-- trail = "leaked_key"
-- access_key_id = "AKIARTX3GSDSST4EQ4VM"
-- ///
WITH acts AS (
    SELECT
        *,
        coalesce(issued_access_key_id, request_parameters ->> '$.accessKeyId') AS key_id,
        coalesce(
            request_parameters ->> '$.userName',
            response_elements ->> '$.accessKey.userName',
            CASE WHEN user_identity_type = 'IAMUser' THEN user_name END
        ) AS owner
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN ('CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey', 'GetAccessKeyLastUsed')
),

uses AS (
    SELECT
        access_key_id AS key_id,
        count(*) AS uses,
        arg_min(event_key, (event_time, event_id, event_key)) AS first_use,
        arg_max(event_key, (event_time, event_id, event_key)) AS last_use
    FROM around_scope($accounts, $regions)
    WHERE
        access_key_id IS NOT NULL
        AND ($access_key_id = '' OR access_key_id = $access_key_id)
        AND event_time > TIMESTAMP '1970-01-01'
    GROUP BY access_key_id
),

steps AS (
    SELECT
        event_time,
        CASE event_base_name
            WHEN 'CreateAccessKey' THEN 'made'
            WHEN 'UpdateAccessKey' THEN 'set to ' || coalesce(request_parameters ->> '$.status', '?')
            WHEN 'DeleteAccessKey' THEN 'deleted'
            ELSE 'last use looked up'
        END || CASE WHEN outcome = 'success' THEN '' ELSE ' (' || outcome || ')' END AS step,
        key_id,
        owner,
        event_key
    FROM acts
    WHERE $access_key_id = '' OR key_id = $access_key_id
    UNION ALL
    SELECT e.event_time, 'first use', u.key_id, CASE WHEN e.user_identity_type = 'IAMUser' THEN e.user_name ELSE e.actor END, e.event_key
    FROM uses AS u
    JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e ON e.event_key = u.first_use
    WHERE $access_key_id <> '' OR u.key_id IN (SELECT key_id FROM acts)
    UNION ALL
    SELECT e.event_time, 'last use', u.key_id, CASE WHEN e.user_identity_type = 'IAMUser' THEN e.user_name ELSE e.actor END, e.event_key
    FROM uses AS u
    JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e ON e.event_key = u.last_use
    WHERE $access_key_id <> '' OR u.key_id IN (SELECT key_id FROM acts)
)

SELECT
    e.event_time,
    s.step,
    s.key_id,
    s.owner,
    CASE
        WHEN u.uses IS NULL THEN 'never used in what is loaded'
        ELSE 'used ' || u.uses || CASE WHEN u.uses = 1 THEN ' time' ELSE ' times' END
    END AS use,
    e.actor AS done_by,
    CASE WHEN s.step NOT LIKE '%use' THEN about_another(s.owner, e.user_identity_type, e.user_name) END AS by_someone_else,
    e.access_key_id,
    e.recipient_account_id,
    e.aws_region,
    e.source_ip_address,
    e.user_agent,
    e.event_name,
    e.outcome,
    e.error_class,
    e.event_id,
    e.event_key,
    e.verification
FROM steps AS s
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
LEFT JOIN uses AS u ON u.key_id = s.key_id
ORDER BY s.key_id, e.event_time, e.event_id, e.event_key, s.step;
