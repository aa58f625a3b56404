-- /// query
-- name = "new_credential_first_use"
-- title = "First use of newly made credentials"
-- question = "Which keys and passwords were newly made, when and from where were they first used, and was that the place of their maker?"
-- events = ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "signin:ConsoleLogin"]
-- attack = ["T1098.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- cost = "scan"
-- empty = "No key or password was made by a recorded call."
-- look = "First use from elsewhere, within minutes, by another tool; credentials that were never used."
--
-- [params]
-- sessions = { type = "BOOLEAN", default = false, help = "Also temporary keys that role sessions and tokens got, which are many" }
--
-- [timeline]
-- message = ["{actor} made a credential for {new_user}", "({event_name})", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
-- ///
WITH made AS (
    SELECT
        *,
        issued_access_key_id AS new_key,
        coalesce(request_parameters ->> '$.userName', response_elements ->> '$.accessKey.userName', name_of_arn(denied_resource(error_message)), user_name) AS new_user
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        (event_source = 'iam.amazonaws.com' AND event_base_name IN ('CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile'))
        OR ($sessions AND issued_access_key_id LIKE 'ASIA%')
),

key_uses AS (
    SELECT access_key_id AS used_key, arg_min({t: event_time, ip: source_ip_address, agent: user_agent, name: event_name, id: event_id}, (event_time, event_id)) AS use, count(*) AS calls
    FROM around_scope($accounts, $regions)
    WHERE access_key_id IN (SELECT new_key FROM made)
    GROUP BY access_key_id
),

sign_ins AS (
    SELECT
        m.event_key,
        arg_min({t: s.event_time, ip: s.source_ip_address, agent: s.user_agent, name: s.event_name, id: s.event_id}, (s.event_time, s.event_id)) AS use,
        count(*) AS calls
    FROM made AS m
    JOIN (SELECT * FROM around_scope($accounts, $regions) WHERE event_source = 'signin.amazonaws.com' AND event_base_name = 'ConsoleLogin' AND outcome = 'success') AS s
        ON s.user_name = m.new_user AND s.recipient_account_id IS NOT DISTINCT FROM m.recipient_account_id AND s.event_time >= m.event_time
    WHERE m.event_base_name LIKE '%LoginProfile'
    GROUP BY m.event_key
)

SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    source_ip_address,
    user_agent,
    event_source,
    event_name,
    outcome,
    error_class,
    target,
    new_user,
    new_key,
    coalesce(key_uses.use.t, sign_ins.use.t) AS first_used_at,
    coalesce(key_uses.use.ip, sign_ins.use.ip) AS first_used_from,
    coalesce(key_uses.use.agent, sign_ins.use.agent) AS first_used_with,
    coalesce(key_uses.use.name, sign_ins.use.name) AS first_call,
    coalesce(key_uses.use.ip, sign_ins.use.ip) = source_ip_address AS same_address_as_maker,
    coalesce(key_uses.calls, sign_ins.calls, 0) AS uses,
    coalesce(key_uses.use.id, sign_ins.use.id) AS first_use_event_id,
    event_id,
    event_key,
    verification
FROM made
LEFT JOIN key_uses ON key_uses.used_key = new_key
LEFT JOIN sign_ins USING (event_key)
ORDER BY event_time, event_id, event_key;
