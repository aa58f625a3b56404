-- /// query
-- name = "ssm_sessions"
-- title = "Shells opened through Systems Manager"
-- question = "Who opened shells through Systems Manager, to what, and for how long?"
-- events = [
--   "ssm:StartSession", "ssm:ResumeSession", "ssm:TerminateSession", "ssm-guiconnect:StartConnection",
--   "ssm-guiconnect:GetConnectionToken",
-- ]
-- attack = ["T1021.007", "T1651"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html"]
-- empty = "No shell was opened through Systems Manager by a recorded call. What is typed in a shell is never in CloudTrail."
-- look = "Documents that forward ports, sessions without an end (they timed out), people who never do."
--
-- [params]
-- instance_id = { type = "VARCHAR", entity = "resource", default = "", help = "Instance; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "to {opened_to}", "and got {error_class}"]
--
-- [example]
-- trail = "secrets_theft"
-- ///
SELECT
    s.event_time,
    s.recipient_account_id,
    s.aws_region,
    s.actor,
    s.access_key_id,
    s.source_ip_address,
    s.user_agent,
    s.event_source,
    s.event_name,
    s.outcome,
    s.error_class,
    s.target,
    coalesce(s.request_parameters ->> '$.target', denied_resource(s.error_message)) AS opened_to,
    s.request_parameters ->> '$.documentName' AS document,
    s.request_parameters ->> '$.reason' AS reason,
    coalesce(s.response_elements ->> '$.sessionId', s.request_parameters ->> '$.sessionId') AS session_id,
    CASE WHEN s.event_base_name = 'StartSession' THEN (
        SELECT min(e.event_time) FROM around_scope($accounts, $regions) AS e
        WHERE e.event_source = 'ssm.amazonaws.com' AND e.event_base_name = 'TerminateSession' AND e.outcome = 'success'
            AND (e.request_parameters ->> '$.sessionId') = (s.response_elements ->> '$.sessionId')
    ) END AS ended_at,
    s.event_id,
    s.event_key,
    s.verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS s
WHERE
    s.event_source IN ('ssm.amazonaws.com', 'ssm-guiconnect.amazonaws.com')
    AND s.event_base_name IN ('StartSession', 'ResumeSession', 'TerminateSession', 'StartConnection', 'GetConnectionToken')
    AND mentions($instance_id, s.request_parameters, s.response_elements, s.resources, s.error_message)
ORDER BY s.event_time, s.event_id, s.event_key;
