-- /// query
-- name = "snapshot_sharing_changes"
-- title = "Sharing of disk snapshots"
-- question = "Which disk snapshots were shared, with whom, made public, or closed again?"
-- events = ["ec2:ModifySnapshotAttribute", "ec2:ResetSnapshotAttribute"]
-- attack = ["T1537"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html"]
-- empty = "No snapshot was shared by a recorded call. Shares that stood before the first log are not shown."
-- look = "The group all, accounts that are not ours, a share that is taken back minutes later; then shared_snapshots_used."
--
-- [params]
-- snapshot_id = { type = "VARCHAR", entity = "resource", default = "", help = "Snapshot; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
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
    request_parameters ->> '$.snapshotId' AS snapshot_id,
    list_transform(items_of(json_extract(request_parameters, '$.createVolumePermission.add')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')) AS shared_with,
    list_transform(items_of(json_extract(request_parameters, '$.createVolumePermission.remove')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')) AS taken_from,
    outsiders(list_transform(items_of(json_extract(request_parameters, '$.createVolumePermission.add')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')), recipient_account_id, own.ids) AS outside_accounts,
    list_contains(list_transform(items_of(json_extract(request_parameters, '$.createVolumePermission.add')), lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')), 'all') AS made_public,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'ModifySnapshotAttribute', 'ResetSnapshotAttribute'
        )
    AND mentions($snapshot_id, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
