-- /// query
-- name = "database_takeover"
-- title = "Master passwords reset, restores and openings of databases"
-- question = "Where was the master password of a database set, and was it restored or opened before or after?"
-- events = [
--   "rds:ModifyDBInstance", "rds:ModifyDBCluster", "rds:RestoreDBInstanceFromDBSnapshot",
--   "rds:RestoreDBInstanceToPointInTime", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime",
--   "redshift:ModifyCluster", "redshift:RestoreFromClusterSnapshot", "lightsail:UpdateRelationalDatabase",
-- ]
-- attack = ["T1098", "T1578", "T1021"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/logging-using-cloudtrail.html"]
-- empty = "No master password was set and no database restored by a recorded call. CloudTrail masks the password: that it was sent is the evidence."
-- look = "A restore, a new password and a new security group in a row; passwords reset by people who never do."
--
-- [params]
-- database = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a database identifier; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.dBInstanceIdentifier', request_parameters ->> '$.dBClusterIdentifier', request_parameters ->> '$.clusterIdentifier', request_parameters ->> '$.relationalDatabaseName') AS database_named,
    CASE WHEN event_base_name LIKE 'Restore%' THEN list_prepend('restored', takeover_steps(request_parameters, response_elements)) ELSE takeover_steps(request_parameters, response_elements) END AS steps,
    coalesce(request_parameters ->> '$.dBSnapshotIdentifier', request_parameters ->> '$.snapshotIdentifier', request_parameters ->> '$.sourceDBInstanceIdentifier') AS restored_from,
    request_parameters ->> '$.applyImmediately' AS applied_at_once,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'ModifyDBInstance', 'ModifyDBCluster', 'RestoreDBInstanceFromDBSnapshot',
            'RestoreDBInstanceToPointInTime', 'RestoreDBClusterFromSnapshot', 'RestoreDBClusterToPointInTime'
        ))
        OR (event_source = 'redshift.amazonaws.com' AND event_base_name IN (
            'ModifyCluster', 'RestoreFromClusterSnapshot'
        ))
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name = 'UpdateRelationalDatabase')
    )
    AND mentions($database, request_parameters, response_elements, resources, error_message)
    AND (event_base_name LIKE 'Restore%' OR outcome = 'denied' OR len(takeover_steps(request_parameters, response_elements)) > 0)
ORDER BY event_time, event_id, event_key;
