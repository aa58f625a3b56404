-- /// query
-- name = "user_data_rewrites"
-- title = "Start-up scripts replaced"
-- question = "Which instances were stopped, given another start-up script, and started again?"
-- events = ["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"]
-- attack = ["T1059.009", "T1578"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No start-up script was replaced as far as is recorded. The script itself is hidden in the record."
-- look = "Stop, change, start within minutes."
--
-- [params]
-- minutes = { type = "BIGINT", default = 60, help = "Minutes around the change" }
--
-- [timeline]
-- message = ["{actor} replaced the start-up script of {instance_id}"]
--
-- [example]
-- trail = "exercise"
-- ///
SELECT
    m.event_time,
    m.target AS instance_id,
    m.actor,
    m.access_key_id,
    m.source_ip_address,
    m.user_agent,
    m.recipient_account_id,
    m.aws_region,
    m.outcome,
    m.error_class,
    max(b.event_time) FILTER (b.event_base_name = 'StopInstances' AND b.event_time <= m.event_time) AS stopped_at,
    min(b.event_time) FILTER (b.event_base_name = 'StartInstances' AND b.event_time >= m.event_time) AS started_at,
    first_ids(b.event_id, b.event_time) AS event_ids,
    m.event_id,
    m.event_key,
    m.verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS m
LEFT JOIN around_scope($accounts, $regions) AS b
    ON b.event_source = 'ec2.amazonaws.com'
    AND b.event_base_name IN ('StopInstances', 'StartInstances')
    AND list_contains(instance_ids_of(b.request_parameters, b.response_elements), m.target)
    AND b.event_time BETWEEN m.event_time - to_minutes($minutes) AND m.event_time + to_minutes($minutes)
WHERE
    m.event_source = 'ec2.amazonaws.com'
    AND m.event_base_name = 'ModifyInstanceAttribute'
    AND (json_exists(m.request_parameters, '$.userData') OR (m.request_parameters ->> '$.attribute') = 'userData')
GROUP BY ALL
ORDER BY m.event_time, m.event_id, m.event_key;
