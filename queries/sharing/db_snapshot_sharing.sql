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
WITH calls AS (
    SELECT
        *,
        CASE
            WHEN event_base_name NOT IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute', 'AuthorizeSnapshotAccess', 'PutResourcePolicy')
                THEN []
            WHEN kept(request_parameters) THEN list_concat(
                list_concat(
                    as_texts(json_extract(request_parameters, '$.valuesToAdd')), as_texts(json_extract(request_parameters, '$.accountWithRestoreAccess'))
                ),
                principals_in(policy_of(event_source, event_base_name, request_parameters, response_elements))
            )
        END AS added,
        CASE
            WHEN event_base_name NOT IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute', 'RevokeSnapshotAccess') THEN []
            WHEN kept(request_parameters) AND event_base_name = 'RevokeSnapshotAccess'
                THEN as_texts(json_extract(request_parameters, '$.accountWithRestoreAccess'))
            WHEN kept(request_parameters) THEN as_texts(json_extract(request_parameters, '$.valuesToRemove'))
        END AS removed
    FROM scoped($since, $until, $accounts, $regions, $outcome)
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
    coalesce(request_parameters ->> '$.dBSnapshotIdentifier', request_parameters ->> '$.dBClusterSnapshotIdentifier', request_parameters ->> '$.sourceDBSnapshotIdentifier', request_parameters ->> '$.sourceDBClusterSnapshotIdentifier', request_parameters ->> '$.snapshotIdentifier', request_parameters ->> '$.sourceArn') AS snapshot,
    given(outcome, added) AS shared_with,
    given(outcome, removed) AS taken_from,
    given(outcome, outsiders(list_transform(added, lambda p: coalesce(account_of_principal(p), p)), recipient_account_id, own.ids)) AS outside_accounts,
    was_done(outcome) AND (list_contains(added, 'all') OR list_contains(added, '*')) AS made_public,
    only_tried(outcome, added) AS tried_to_share_with,
    request_parameters ->> '$.sourceRegion' AS source_region,
    request_parameters ->> '$.s3BucketName' AS export_bucket,
    request_parameters ->> '$.kmsKeyId' AS kms_key,
    request_parameters ->> '$.iamRoleArn' AS export_role,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
