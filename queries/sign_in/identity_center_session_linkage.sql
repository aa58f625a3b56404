-- /// query
-- name = "identity_center_session_linkage"
-- title = "From the portal to the role session"
-- question = "Which role sessions belong to which opening in the portal?"
-- events = ["sso:Federate", "sso:GetRoleCredentials"]
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No opening in the portal is recorded. Keys never join the two sides: account, permission set, session name and time do."
-- look = "Sessions whose name is not the user's."
--
-- [example]
-- trail = "exercise"
-- ///
WITH openings AS (
    SELECT
        *,
        coalesce(service_event_details ->> '$.account_id', request_parameters ->> '$.accountId') AS account_opened,
        coalesce(service_event_details ->> '$.role_name', request_parameters ->> '$.roleName') AS permission_set
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'sso.amazonaws.com' AND event_base_name IN ('Federate', 'GetRoleCredentials') AND outcome = 'success'
),

sessions AS (
    SELECT
        recipient_account_id AS account,
        regexp_extract(session_issuer_arn, 'AWSReservedSSO_(.*)_[0-9a-f]+$', 1) AS permission_set,
        role_session_name,
        session_created_at,
        count(*) AS events,
        count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
        min(event_time) AS first_seen,
        max(event_time) AS last_seen,
        some_of(source_ip_address) AS addresses,
        first_ids(event_id, event_time) AS event_ids
    FROM around_scope($accounts, $regions)
    WHERE session_issuer_arn LIKE '%/AWSReservedSSO!_%' ESCAPE '!'
    GROUP BY ALL
)

SELECT
    o.event_time,
    coalesce(o.user_name, o.user_identity ->> '$.onBehalfOf.userId') AS workforce_user,
    o.account_opened,
    o.permission_set,
    s.role_session_name,
    s.session_created_at,
    s.first_seen,
    s.last_seen,
    s.events,
    s.writes,
    s.addresses,
    s.event_ids,
    o.source_ip_address,
    o.event_name,
    o.event_id,
    o.event_key,
    o.verification
FROM openings AS o
LEFT JOIN sessions AS s
    ON s.account = o.account_opened
    AND s.permission_set = o.permission_set
    AND coalesce(s.session_created_at, s.first_seen) BETWEEN o.event_time - INTERVAL 5 MINUTE AND o.event_time + INTERVAL 12 HOUR
ORDER BY o.event_time, o.event_id, o.event_key, s.first_seen, s.role_session_name;
