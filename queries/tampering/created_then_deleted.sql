-- /// query
-- name = "created_then_deleted"
-- title = "Made and deleted again"
-- question = "Which identities, keys, policies, instances or buckets were made and deleted again within hours?"
-- events = ["iam:CreateUser", "iam:DeleteUser", "ec2:RunInstances", "ec2:TerminateInstances"]
-- attack = ["T1070", "T1136.003", "T1578.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing was made and deleted again within that time as far as is recorded."
-- look = "Identities; pipelines make and delete stacks all day."
--
-- [params]
-- max_hours = { type = "BIGINT", default = 24, help = "Hours of life at most" }
--
-- [timeline]
-- message = ["{subjects} lived for {minutes_alive} minutes"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH acts AS (
    SELECT
        *,
        regexp_extract(event_base_name, '^(Create|Run|Verify|Register)', 1) <> '' AS birth,
        CASE
            WHEN event_base_name IN ('RunInstances', 'TerminateInstances') THEN 'instance'
            ELSE regexp_replace(event_base_name, '^(Create|Delete|Verify|Register|Deregister)', '')
        END AS kind,
        CASE
            WHEN event_base_name IN ('RunInstances', 'TerminateInstances') THEN instance_ids_of(request_parameters, response_elements)
            WHEN event_base_name = 'CreateAccessKey' THEN [issued_access_key_id]
            WHEN event_base_name = 'DeleteAccessKey' THEN [request_parameters ->> '$.accessKeyId']
            WHEN event_base_name = 'CreateSnapshot' THEN [response_elements ->> '$.snapshotId']
            ELSE [target]
        END AS subjects
    FROM around_scope($accounts, $regions)
    WHERE
        outcome NOT IN ('denied', 'failed')
        AND event_class IN ('write', 'permissions', 'session')
        AND regexp_matches(event_base_name, '^(Create|Delete|RunInstances|TerminateInstances|Verify|Register|Deregister)')
)

SELECT
    d.event_time,
    b.event_time AS made_at,
    date_diff('minute', b.event_time, d.event_time) AS minutes_alive,
    b.kind,
    list_intersect(b.subjects, d.subjects) AS subjects,
    b.actor AS made_by,
    d.actor AS deleted_by,
    b.actor = d.actor AS same_actor,
    d.access_key_id,
    d.source_ip_address,
    d.recipient_account_id,
    d.aws_region,
    b.event_name AS made_with,
    d.event_name,
    b.event_id AS made_event_id,
    d.event_id,
    d.event_key,
    d.verification
FROM acts AS b
JOIN acts AS d
    ON d.kind = b.kind
    AND d.event_source = b.event_source
    AND d.recipient_account_id = b.recipient_account_id
    AND d.event_time BETWEEN b.event_time AND b.event_time + to_hours($max_hours)
    AND list_has_any(b.subjects, d.subjects)
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e ON e.event_key = d.event_key
WHERE b.birth AND NOT d.birth
ORDER BY d.event_time, d.event_id, d.event_key, b.event_time, b.event_id;
