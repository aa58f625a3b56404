-- /// query
-- name = "caller_identity_checks"
-- title = "Who asked who they are"
-- question = "Which credentials asked GetCallerIdentity or about an access key, from where, and was it their first call?"
-- events = ["sts:GetCallerIdentity", "sts:GetAccessKeyInfo"]
-- attack = ["T1087.004", "T1033"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- cost = "scan"
-- empty = "Nobody asked. A stranger who looks up one of our keys with GetAccessKeyInfo leaves no trace in our account."
-- look = "The first call of a key, from an unknown address, by a tool; an instance role that asks."
--
-- [params]
-- first_calls_only = { type = "BOOLEAN", default = false, help = "Only where it is the first recorded call of the access key" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
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
    event_time = key_first_seen AS first_call_of_key,
    request_parameters ->> '$.accessKeyId' AS key_asked_about,
    agent_family,
    source_kind,
    role_session_name,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
LEFT JOIN (
    SELECT access_key_id AS key_seen, min(event_time) AS key_first_seen
    FROM around_scope($accounts, $regions)
    WHERE access_key_id IS NOT NULL
    GROUP BY access_key_id
) AS keys ON key_seen = access_key_id
WHERE
    event_source = 'sts.amazonaws.com' AND event_base_name IN ('GetCallerIdentity', 'GetAccessKeyInfo')
    AND (NOT $first_calls_only OR event_time = key_first_seen)
ORDER BY event_time, event_id, event_key;
