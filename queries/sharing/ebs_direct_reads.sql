-- /// query
-- name = "ebs_direct_reads"
-- title = "Disks read block by block"
-- question = "Was the content of a snapshot read through the EBS direct interface, without mounting it?"
-- events = [
--   "ebs:ListSnapshotBlocks", "ebs:ListChangedBlocks", "ebs:GetSnapshotBlock", "ebs:StartSnapshot",
--   "ebs:PutSnapshotBlock", "ebs:CompleteSnapshot",
-- ]
-- needs = ["data:ebs"]
-- attack = ["T1530", "T1074"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ebs/latest/userguide/logging-ebs-apis-using-cloudtrail.html"]
-- empty = "No recorded call read blocks. These are data events: they are only there where a trail was told to record them."
-- look = "Thousands of blocks of one snapshot by one key, from outside."
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
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ebs.amazonaws.com' AND event_base_name IN (
        'ListSnapshotBlocks', 'ListChangedBlocks', 'GetSnapshotBlock', 'StartSnapshot', 'PutSnapshotBlock',
        'CompleteSnapshot'
    )
ORDER BY event_time, event_id, event_key;
