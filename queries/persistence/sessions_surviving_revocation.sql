-- /// query
-- name = "sessions_surviving_revocation"
-- title = "Use of sessions after their key or user was taken away"
-- question = "Which temporary credentials went on working after their parent key was disabled or deleted, or their user deleted?"
-- events = [
--   "iam:DeleteAccessKey", "iam:UpdateAccessKey", "iam:DeleteUser", "iam:DeleteLoginProfile", "sts:GetFederationToken",
--   "sts:GetSessionToken", "sts:AssumeRole",
-- ]
-- attack = ["T1550.001", "T1098.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- cost = "scan"
-- empty = "No temporary credential was used after its parent was taken away, as far as recorded."
-- look = "Federation tokens (up to 36 hours) and console sessions: taking the key away does not end them."
--
-- [example]
-- trail = "persistence"
-- ///
WITH RECURSIVE revoked AS (
    SELECT
        event_time AS revoked_at,
        event_id AS revocation_event_id,
        event_name AS revocation,
        actor AS revoked_by,
        recipient_account_id,
        request_parameters ->> '$.accessKeyId' AS revoked_key,
        coalesce(request_parameters ->> '$.userName', user_name) AS revoked_user
    FROM around_scope($accounts, $regions)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND outcome = 'success'
        AND (
            event_base_name IN ('DeleteAccessKey', 'DeleteUser', 'DeleteLoginProfile')
            OR (event_base_name = 'UpdateAccessKey' AND (request_parameters ->> '$.status') = 'Inactive')
        )
),

issues AS (
    SELECT access_key_id AS maker_key, issued_access_key_id AS made_key
    FROM around_scope($accounts, $regions)
    WHERE issued_access_key_id LIKE 'ASIA%' AND access_key_id IS NOT NULL
),

heirs AS (
    SELECT revocation_event_id, revoked_key AS key_id, 0 AS hops FROM revoked WHERE revoked_key IS NOT NULL
    UNION
    SELECT h.revocation_event_id, i.made_key, h.hops + 1
    FROM heirs AS h
    JOIN issues AS i ON i.maker_key = h.key_id
    WHERE h.hops < 10
),

nearest AS (
    SELECT revocation_event_id, key_id, min(hops) AS hops FROM heirs GROUP BY revocation_event_id, key_id
),

later AS (
    SELECT r.revoked_at, r.revocation, r.revoked_by, r.revoked_user, r.revoked_key, r.revocation_event_id, h.hops, e.*
    FROM revoked AS r
    JOIN nearest AS h USING (revocation_event_id)
    JOIN (SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome)) AS e ON e.access_key_id = h.key_id AND e.event_time > r.revoked_at
    UNION ALL
    SELECT r.revoked_at, r.revocation, r.revoked_by, r.revoked_user, r.revoked_key, r.revocation_event_id, NULL AS hops, e.*
    FROM revoked AS r
    JOIN (
        SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome)
        WHERE access_key_id LIKE 'ASIA%' AND user_identity_type IN ('IAMUser', 'FederatedUser')
    ) AS e
        ON e.user_name = r.revoked_user AND e.recipient_account_id = r.recipient_account_id AND e.event_time > r.revoked_at
        AND e.session_created_at < r.revoked_at
    WHERE NOT EXISTS (SELECT 1 FROM nearest AS n WHERE n.revocation_event_id = r.revocation_event_id AND n.key_id = e.access_key_id)
)

SELECT
    revoked_at,
    revocation,
    revoked_by,
    revoked_user,
    revoked_key,
    access_key_id,
    CASE
        WHEN hops = 0 THEN 'the key itself'
        WHEN hops IS NULL THEN 'a session of the user'
        ELSE 'issued by it, ' || hops || CASE WHEN hops = 1 THEN ' hop' ELSE ' hops' END
    END AS relation,
    any_value(actor) AS actor,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    count_if(outcome NOT IN ('denied', 'failed')) AS succeeded,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(event_name) AS event_names,
    some_of(source_ip_address) AS source_ip_addresses,
    revocation_event_id,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    first_ids(event_id, event_time) AS event_ids,
    verifications(verification) AS verification
FROM later
GROUP BY revoked_at, revocation, revoked_by, revoked_user, revoked_key, revocation_event_id, access_key_id, hops
ORDER BY revoked_at, revocation_event_id, first_time, access_key_id;
