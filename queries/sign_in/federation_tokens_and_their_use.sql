-- /// query
-- name = "federation_tokens_and_their_use"
-- title = "Federation tokens and their use"
-- question = "Who called GetFederationToken, with what policy, and what did the federated user then do?"
-- events = ["sts:GetFederationToken"]
-- attack = ["T1550.001", "T1098.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody called GetFederationToken as far as is recorded."
-- look = "Wide policies; use after the parent key was disabled."
--
-- [timeline]
-- message = ["{actor} made a federated user {federated_name}"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH tokens AS (
    SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'sts.amazonaws.com' AND event_base_name = 'GetFederationToken'
)

SELECT
    t.event_time,
    t.actor,
    t.access_key_id,
    t.source_ip_address,
    t.user_agent,
    t.recipient_account_id,
    t.aws_region,
    t.outcome,
    t.error_class,
    t.request_parameters ->> '$.name' AS federated_name,
    coalesce(t.request_parameters ->> '$.policy', CAST(json_extract(t.request_parameters, '$.policyArns') AS VARCHAR)) AS session_policy,
    t.request_parameters ->> '$.durationSeconds' AS seconds_valid,
    t.issued_access_key_id,
    count(u.event_key) AS uses,
    min(u.event_time) AS first_use,
    max(u.event_time) AS last_use,
    some_of(u.event_name) AS calls,
    some_of(u.source_ip_address) AS used_from,
    t.event_id,
    t.event_key,
    t.verification
FROM tokens AS t
LEFT JOIN around_scope($accounts, $regions) AS u
    ON u.access_key_id = t.issued_access_key_id AND u.event_time >= t.event_time
GROUP BY ALL
ORDER BY t.event_time, t.event_id, t.event_key;
