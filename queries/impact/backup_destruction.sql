-- /// query
-- name = "backup_destruction"
-- title = "Backups, snapshots and their retention removed"
-- question = "Which snapshots, images, recovery points, vaults and backup plans were deleted, and where was retention shortened?"
-- events = [
--   "ec2:DeleteSnapshot", "ec2:DeregisterImage", "ec2:DisableFastSnapshotRestores", "ec2:ModifySnapshotTier",
--   "ec2:UnlockSnapshot", "rds:DeleteDBSnapshot", "rds:DeleteDBClusterSnapshot", "rds:DeleteDBInstanceAutomatedBackup",
--   "rds:DeleteDBClusterAutomatedBackup", "rds:ModifyDBInstance", "rds:ModifyDBCluster", "backup:DeleteRecoveryPoint",
--   "backup:DeleteBackupVault", "backup:DeleteBackupVaultLockConfiguration", "backup:DeleteBackupVaultAccessPolicy",
--   "backup:DeleteBackupPlan", "backup:DeleteBackupSelection", "backup:UpdateBackupPlan",
--   "backup:UpdateRecoveryPointLifecycle", "backup:DisassociateRecoveryPoint", "backup:StopBackupJob",
--   "backup:PutBackupVaultAccessPolicy", "elasticfilesystem:PutBackupPolicy",
--   "elasticfilesystem:DeleteReplicationConfiguration", "dynamodb:UpdateContinuousBackups", "dynamodb:DeleteBackup",
--   "dlm:DeleteLifecyclePolicy", "dlm:UpdateLifecyclePolicy", "redshift:DeleteClusterSnapshot",
--   "redshift:DisableSnapshotCopy", "fsx:DeleteBackup", "lightsail:DeleteInstanceSnapshot",
--   "lightsail:DeleteDiskSnapshot",
-- ]
-- attack = ["T1490"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/logging-using-cloudtrail.html"]
-- empty = "No backup was removed by a recorded call. Backups that expire leave no call."
-- look = "Recovery points deleted one after another, vault locks taken away, retention 0."
--
-- [params]
-- resource = { type = "VARCHAR", entity = "resource", default = "", help = "Part of an identifier; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "destruction"
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
    coalesce(request_parameters ->> '$.snapshotId', request_parameters ->> '$.imageId', request_parameters ->> '$.dBSnapshotIdentifier', request_parameters ->> '$.dBClusterSnapshotIdentifier', request_parameters ->> '$.recoveryPointArn', request_parameters ->> '$.backupVaultName', request_parameters ->> '$.backupPlanId', request_parameters ->> '$.policyId', target) AS removed,
    request_parameters ->> '$.backupVaultName' AS vault,
    request_parameters ->> '$.backupRetentionPeriod' AS retention_days,
    coalesce(request_parameters ->> '$.backupPolicy.status', request_parameters ->> '$.pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled') AS backup_state,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'DeleteSnapshot', 'DeregisterImage', 'DisableFastSnapshotRestores', 'ModifySnapshotTier', 'UnlockSnapshot'
        ))
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'DeleteDBSnapshot', 'DeleteDBClusterSnapshot', 'DeleteDBInstanceAutomatedBackup',
            'DeleteDBClusterAutomatedBackup', 'ModifyDBInstance', 'ModifyDBCluster'
        ))
        OR (event_source = 'backup.amazonaws.com' AND event_base_name IN (
            'DeleteRecoveryPoint', 'DeleteBackupVault', 'DeleteBackupVaultLockConfiguration',
            'DeleteBackupVaultAccessPolicy', 'DeleteBackupPlan', 'DeleteBackupSelection', 'UpdateBackupPlan',
            'UpdateRecoveryPointLifecycle', 'DisassociateRecoveryPoint', 'StopBackupJob', 'PutBackupVaultAccessPolicy'
        ))
        OR (event_source = 'elasticfilesystem.amazonaws.com' AND event_base_name IN (
            'PutBackupPolicy', 'DeleteReplicationConfiguration'
        ))
        OR (event_source = 'dynamodb.amazonaws.com' AND event_base_name IN (
            'UpdateContinuousBackups', 'DeleteBackup'
        ))
        OR (event_source = 'dlm.amazonaws.com' AND event_base_name IN (
            'DeleteLifecyclePolicy', 'UpdateLifecyclePolicy'
        ))
        OR (event_source = 'redshift.amazonaws.com' AND event_base_name IN (
            'DeleteClusterSnapshot', 'DisableSnapshotCopy'
        ))
        OR (event_source = 'fsx.amazonaws.com' AND event_base_name = 'DeleteBackup')
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name IN (
            'DeleteInstanceSnapshot', 'DeleteDiskSnapshot'
        ))
    )
    AND mentions($resource, request_parameters, response_elements, resources, error_message)
    AND (event_base_name NOT IN ('ModifyDBInstance', 'ModifyDBCluster') OR outcome = 'denied' OR json_exists(request_parameters, '$.backupRetentionPeriod') OR json_exists(request_parameters, '$.omitted'))
ORDER BY event_time, event_id, event_key;
