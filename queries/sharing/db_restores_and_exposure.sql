-- /// query
-- name = "db_restores_and_exposure"
-- title = "Databases restored and opened"
-- question = "Which databases were restored, made public, given roles, or had their logs downloaded?"
-- events = [
--   "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime", "rds:RestoreDBInstanceFromS3",
--   "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime", "rds:RestoreDBClusterFromS3",
--   "rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica", "rds:ModifyDBInstance", "rds:ModifyDBCluster",
--   "rds:AuthorizeDBSecurityGroupIngress", "rds:AddRoleToDBInstance", "rds:AddRoleToDBCluster",
--   "rds:DownloadDBLogFilePortion", "rds:DownloadCompleteDBLogFile", "redshift:RestoreFromClusterSnapshot",
--   "redshift:ModifyCluster", "redshift:AuthorizeClusterSecurityGroupIngress",
-- ]
-- attack = ["T1578.002", "T1190", "T1213.006"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/logging-using-cloudtrail.html"]
-- empty = "No restore or opening of a database is recorded."
-- look = "Restores under new names, public ones, new security groups right after; log downloads."
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
    coalesce(request_parameters ->> '$.dBInstanceIdentifier', request_parameters ->> '$.dBClusterIdentifier', request_parameters ->> '$.targetDBInstanceIdentifier', request_parameters ->> '$.clusterIdentifier') AS database,
    coalesce(request_parameters ->> '$.dBSnapshotIdentifier', request_parameters ->> '$.snapshotIdentifier', request_parameters ->> '$.sourceDBInstanceIdentifier', request_parameters ->> '$.sourceDBClusterIdentifier') AS restored_from,
    -- a restore that says nothing may still come up public: the response tells
    CASE
        WHEN was_done(outcome) THEN coalesce(request_parameters ->> '$.publiclyAccessible', response_elements ->> '$.publiclyAccessible')
    END AS publicly_accessible,
    CASE WHEN NOT was_done(outcome) THEN request_parameters ->> '$.publiclyAccessible' END AS tried_public_access,
    list_concat(as_texts(json_extract(request_parameters, '$.vPCSecurityGroupIds')), as_texts(json_extract(request_parameters, '$.vpcSecurityGroupIds'))) AS security_groups,
    request_parameters ->> '$.cIDRIP' AS network,
    request_parameters ->> '$.roleArn' AS role_arn,
    request_parameters ->> '$.logFileName' AS log_file,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceToPointInTime', 'RestoreDBInstanceFromS3',
            'RestoreDBClusterFromSnapshot', 'RestoreDBClusterToPointInTime', 'RestoreDBClusterFromS3',
            'CreateDBInstance', 'CreateDBInstanceReadReplica', 'ModifyDBInstance', 'ModifyDBCluster',
            'AuthorizeDBSecurityGroupIngress', 'AddRoleToDBInstance', 'AddRoleToDBCluster',
            'DownloadDBLogFilePortion', 'DownloadCompleteDBLogFile'
        ))
        OR (event_source = 'redshift.amazonaws.com' AND event_base_name IN (
            'RestoreFromClusterSnapshot', 'ModifyCluster', 'AuthorizeClusterSecurityGroupIngress'
        ))
    )
    AND mentions($database, request_parameters, response_elements, resources, error_message)
    AND (
        event_base_name NOT IN ('ModifyDBInstance', 'CreateDBInstance', 'ModifyDBCluster', 'ModifyCluster')
        OR outcome = 'denied'
        OR json_exists(request_parameters, '$.publiclyAccessible')
        OR (event_base_name = 'CreateDBInstance' AND (response_elements ->> '$.publiclyAccessible') = 'true')
        OR json_exists(request_parameters, '$.vPCSecurityGroupIds')
        OR json_exists(request_parameters, '$.vpcSecurityGroupIds')
        OR json_exists(request_parameters, '$.omitted')
    )
ORDER BY event_time, event_id, event_key;
