-- /// query
-- name = "volume_mount_chain"
-- title = "Snapshots made into volumes and attached"
-- question = "Which snapshots became volumes, and to which instances were these attached?"
-- events = ["ec2:CreateSnapshot", "ec2:CopySnapshot", "ec2:CreateVolume", "ec2:AttachVolume"]
-- attack = ["T1578.001", "T1074"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No volume was made of a snapshot by a recorded call. Snapshots that were shared with another account are mounted there."
-- look = "A fresh snapshot of a server that holds data, attached to a new instance of somebody else."
--
-- [params]
-- hours = { type = "BIGINT", default = 24, help = "Hours between snapshot and volume that count as fresh" }
--
-- [timeline]
-- message = ["{actor} made a volume of {from_snapshot}", "and attached it to {attached_to}"]
--
-- [example]
-- trail = "data_sharing"
-- ///
WITH volumes AS (
    SELECT *, request_parameters ->> '$.snapshotId' AS from_snapshot, response_elements ->> '$.volumeId' AS new_volume
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'ec2.amazonaws.com' AND event_base_name = 'CreateVolume' AND (request_parameters ->> '$.snapshotId') IS NOT NULL
),

snapshots AS (
    SELECT response_elements ->> '$.snapshotId' AS made_snapshot, request_parameters ->> '$.volumeId' AS source_volume, event_time, event_id, actor
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'ec2.amazonaws.com' AND event_base_name IN ('CreateSnapshot', 'CopySnapshot') AND outcome = 'success'
),

attachments AS (
    SELECT request_parameters ->> '$.volumeId' AS volume, request_parameters ->> '$.instanceId' AS attached_to, event_time, event_id, outcome
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'ec2.amazonaws.com' AND event_base_name = 'AttachVolume'
)

SELECT
    v.event_time,
    v.recipient_account_id,
    v.aws_region,
    v.actor,
    v.access_key_id,
    v.source_ip_address,
    v.user_agent,
    v.event_source,
    v.event_name,
    v.outcome,
    v.error_class,
    v.target,
    s.source_volume,
    s.event_time AS snapshot_made_at,
    s.actor AS snapshot_made_by,
    v.from_snapshot,
    v.new_volume,
    a.attached_to,
    a.event_time AS attached_at,
    a.outcome AS attachment_outcome,
    s.event_time >= v.event_time - to_hours($hours) AS snapshot_is_fresh,
    list_filter([s.event_id, v.event_id, a.event_id], lambda x: x IS NOT NULL) AS event_ids,
    v.event_id,
    v.event_key,
    v.verification
FROM volumes AS v
LEFT JOIN snapshots AS s ON s.made_snapshot = v.from_snapshot AND s.event_time <= v.event_time
LEFT JOIN attachments AS a ON a.volume = v.new_volume AND a.event_time >= v.event_time
ORDER BY v.event_time, v.event_id, v.event_key, a.event_time, a.event_id;
