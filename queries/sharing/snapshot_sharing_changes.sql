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
WITH calls AS (
    SELECT
        *,
        CASE
            WHEN event_base_name <> 'ModifySnapshotAttribute' THEN []
            WHEN kept(request_parameters) THEN permitted(request_parameters, 'createVolumePermission', 'add')
        END AS added,
        CASE WHEN kept(request_parameters) THEN permitted(request_parameters, 'createVolumePermission', 'remove') END AS removed
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'ModifySnapshotAttribute', 'ResetSnapshotAttribute'
        )
        AND mentions($snapshot_id, request_parameters, response_elements, resources, error_message)
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
    request_parameters ->> '$.snapshotId' AS snapshot_id,
    given(outcome, added) AS shared_with,
    given(outcome, removed) AS taken_from,
    given(outcome, outsiders(added, recipient_account_id, own.ids)) AS outside_accounts,
    was_done(outcome) AND list_contains(added, 'all') AS made_public,
    only_tried(outcome, added) AS tried_to_share_with,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
