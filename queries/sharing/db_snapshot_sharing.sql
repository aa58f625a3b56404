-- /// query
-- name = "db_snapshot_sharing"
-- title = "Sharing, copies and exports of database snapshots"
-- question = "Which database snapshots were shared, made public, copied or exported, where to?"
-- events = [
--   "rds:ModifyDBSnapshotAttribute", "rds:ModifyDBClusterSnapshotAttribute", "rds:CopyDBSnapshot",
--   "rds:CopyDBClusterSnapshot", "rds:StartExportTask", "rds:CreateDBSnapshot", "rds:CreateDBClusterSnapshot",
--   "redshift:AuthorizeSnapshotAccess", "redshift:RevokeSnapshotAccess", "redshift:EnableSnapshotCopy",
--   "redshift:CreateClusterSnapshot", "redshift-serverless:PutResourcePolicy",
-- ]
-- attack = ["T1537", "T1567.002", "T1213.006"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/logging-using-cloudtrail.html"]
-- empty = "No database snapshot was shared, copied or exported by a recorded call."
-- look = "The value all, accounts that are not ours, exports to buckets that nobody knows."
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
    coalesce(request_parameters ->> '$.dBSnapshotIdentifier', request_parameters ->> '$.dBClusterSnapshotIdentifier', request_parameters ->> '$.sourceDBSnapshotIdentifier', request_parameters ->> '$.sourceDBClusterSnapshotIdentifier', request_parameters ->> '$.snapshotIdentifier', request_parameters ->> '$.sourceArn') AS snapshot,
    list_concat(as_texts(json_extract(request_parameters, '$.valuesToAdd')), as_texts(json_extract(request_parameters, '$.accountWithRestoreAccess'))) AS shared_with,
    as_texts(json_extract(request_parameters, '$.valuesToRemove')) AS taken_from,
    outsiders(list_concat(as_texts(json_extract(request_parameters, '$.valuesToAdd')), as_texts(json_extract(request_parameters, '$.accountWithRestoreAccess'))), recipient_account_id, own.ids) AS outside_accounts,
    request_parameters ->> '$.sourceRegion' AS source_region,
    request_parameters ->> '$.s3BucketName' AS export_bucket,
    request_parameters ->> '$.kmsKeyId' AS kms_key,
    request_parameters ->> '$.iamRoleArn' AS export_role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
WHERE
    (
        (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute', 'CopyDBSnapshot',
            'CopyDBClusterSnapshot', 'StartExportTask', 'CreateDBSnapshot', 'CreateDBClusterSnapshot'
        ))
        OR (event_source = 'redshift.amazonaws.com' AND event_base_name IN (
            'AuthorizeSnapshotAccess', 'RevokeSnapshotAccess', 'EnableSnapshotCopy', 'CreateClusterSnapshot'
        ))
        OR (event_source = 'redshift-serverless.amazonaws.com' AND event_base_name = 'PutResourcePolicy')
    )
ORDER BY event_time, event_id, event_key;
