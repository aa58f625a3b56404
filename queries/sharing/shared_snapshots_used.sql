-- /// query
-- name = "shared_snapshots_used"
-- title = "Our snapshots used by other accounts"
-- question = "Did another account copy a snapshot of ours or make a volume of it?"
-- events = ["ec2:SharedSnapshotCopyInitiated", "ec2:SharedSnapshotVolumeCreated"]
-- attack = ["T1537"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html"]
-- empty = "No use of our snapshots by other accounts is recorded. Blocks read through the EBS direct APIs are data events."
-- look = "The account that used it, how soon after the share; each such row is data that left."
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
    service_event_details ->> '$.snapshotId' AS snapshot_id,
    coalesce(user_identity ->> '$.accountId', actor_account_id) AS used_by_account,
    coalesce(user_identity ->> '$.accountId', actor_account_id) <> recipient_account_id
    AND NOT list_contains(own.ids, coalesce(user_identity ->> '$.accountId', actor_account_id, '')) AS is_outside,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'SharedSnapshotCopyInitiated', 'SharedSnapshotVolumeCreated'
        )
ORDER BY event_time, event_id, event_key;
