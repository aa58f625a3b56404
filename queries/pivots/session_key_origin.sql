-- /// query
-- name = "session_key_origin"
-- title = "Origin of a temporary key"
-- question = "Back from a key to the credential behind it: which calls issued it, hop by hop, and who stands at the beginning?"
-- events = [
--   "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:GetSessionToken",
--   "sts:GetFederationToken",
-- ]
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "The event that issued this key is not in the archive: the session began before it, in another account or region, or a service handed it out (instance, function, Identity Center)."
-- look = "Where the chain begins, and from which address."
--
-- [params]
-- access_key_id = { type = "VARCHAR", entity = "access_key", help = "Access key id" }
-- max_depth = { type = "BIGINT", default = 20, help = "Hops at most" }
--
-- [example]
-- trail = "leaked_key"
-- access_key_id = "ASIAWO645SY5CPLXGIHS"
-- ///
WITH RECURSIVE mints AS MATERIALIZED ( -- once: the walk must not read all events at every step
    SELECT event_key, event_time, event_id, access_key_id, issued_access_key_id
    FROM around_scope($accounts, $regions)
    WHERE issued_access_key_id IS NOT NULL AND outcome <> 'denied'
),

walk AS ( -- each key once for each hop, whatever the number of ways to it
    SELECT CAST(1 AS BIGINT) AS hops_back, CAST($access_key_id AS VARCHAR) AS key
    UNION
    SELECT w.hops_back + 1, e.access_key_id
    FROM walk AS w
    JOIN mints AS e ON e.issued_access_key_id = w.key
    WHERE w.hops_back < $max_depth AND e.access_key_id IS NOT NULL
),

issuing AS (
    SELECT w.hops_back, e.event_key, e.event_time, e.event_id, e.access_key_id AS from_key, e.issued_access_key_id AS to_key
    FROM (SELECT key, min(hops_back) AS hops_back FROM walk GROUP BY key) AS w
    JOIN mints AS e ON e.issued_access_key_id = w.key
    QUALIFY row_number() OVER (PARTITION BY w.key ORDER BY e.access_key_id IS NULL, e.event_time, e.event_id, e.event_key) = 1
)

SELECT
    w.hops_back,
    e.event_time,
    e.event_name,
    w.to_key AS key,
    w.from_key AS issued_to_key,
    e.actor AS issued_to,
    e.user_identity_type,
    coalesce(e.response_elements ->> '$.assumedRoleUser.arn', e.requested_role_arn) AS session,
    coalesce(
        e.response_elements ->> '$.subjectFromWebIdentityToken', e.response_elements ->> '$.subject', e.source_identity
    ) AS subject,
    CASE
        WHEN w.from_key IS NULL THEN 'begins here: no key stands behind ' || coalesce(e.user_identity_type, 'it')
        WHEN w.from_key LIKE 'AKIA%' THEN 'begins with a long-lived key'
        WHEN w.from_key NOT IN (SELECT to_key FROM issuing) THEN 'the event that issued ' || w.from_key || ' is not in the archive'
    END AS ends,
    e.source_ip_address,
    e.user_agent,
    e.recipient_account_id,
    e.aws_region,
    e.event_id,
    e.event_key,
    e.verification
FROM issuing AS w
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
WHERE e.issued_access_key_id IS NOT NULL
ORDER BY w.hops_back, e.event_time, e.event_id, e.event_key;
