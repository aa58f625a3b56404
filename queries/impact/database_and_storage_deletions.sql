-- /// query
-- name = "database_and_storage_deletions"
-- title = "Databases, file systems and volumes deleted"
-- question = "Which databases, file systems, volumes, tables, streams and buckets were deleted, with or without a last backup?"
-- events = [
--   "rds:DeleteDBInstance", "rds:DeleteDBCluster", "rds:DeleteGlobalCluster", "rds:DeleteDBProxy",
--   "dynamodb:DeleteTable", "elasticfilesystem:DeleteFileSystem", "elasticfilesystem:DeleteMountTarget",
--   "fsx:DeleteFileSystem", "fsx:DeleteVolume", "ec2:DeleteVolume", "redshift:DeleteCluster",
--   "redshift-serverless:DeleteNamespace", "kinesis:DeleteStream", "firehose:DeleteDeliveryStream",
--   "elasticache:DeleteCacheCluster", "elasticache:DeleteReplicationGroup", "elasticache:DeleteServerlessCache",
--   "es:DeleteDomain", "es:DeleteElasticsearchDomain", "s3:DeleteBucket", "glue:DeleteDatabase", "glue:DeleteTable",
--   "memorydb:DeleteCluster", "lightsail:DeleteDisk", "lightsail:DeleteRelationalDatabase",
-- ]
-- attack = ["T1485"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/logging-using-cloudtrail.html"]
-- empty = "No database or storage was deleted by a recorded call. Stacks that are deleted carry cloudformation.amazonaws.com as invoked_by."
-- look = "Deletion without a last snapshot and with the automated backups, several kinds in one hour."
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
    coalesce(request_parameters ->> '$.dBInstanceIdentifier', request_parameters ->> '$.dBClusterIdentifier', request_parameters ->> '$.globalClusterIdentifier', target) AS deleted,
    CASE
        WHEN coalesce(request_parameters ->> '$.finalDBSnapshotIdentifier', request_parameters ->> '$.finalClusterSnapshotIdentifier', request_parameters ->> '$.finalSnapshotIdentifier') IS NOT NULL
            THEN coalesce(request_parameters ->> '$.finalDBSnapshotIdentifier', request_parameters ->> '$.finalClusterSnapshotIdentifier', request_parameters ->> '$.finalSnapshotIdentifier')
        WHEN coalesce(request_parameters ->> '$.skipFinalSnapshot', request_parameters ->> '$.skipFinalClusterSnapshot') = 'true' THEN 'none asked for'
    END AS last_backup,
    was_done(outcome) AND as_flag(json_extract(request_parameters, '$.deleteAutomatedBackups')) AS automated_backups_deleted,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'DeleteDBInstance', 'DeleteDBCluster', 'DeleteGlobalCluster', 'DeleteDBProxy'
        ))
        OR (event_source = 'dynamodb.amazonaws.com' AND event_base_name = 'DeleteTable')
        OR (event_source = 'elasticfilesystem.amazonaws.com' AND event_base_name IN (
            'DeleteFileSystem', 'DeleteMountTarget'
        ))
        OR (event_source = 'fsx.amazonaws.com' AND event_base_name IN ('DeleteFileSystem', 'DeleteVolume'))
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name = 'DeleteVolume')
        OR (event_source = 'redshift.amazonaws.com' AND event_base_name = 'DeleteCluster')
        OR (event_source = 'redshift-serverless.amazonaws.com' AND event_base_name = 'DeleteNamespace')
        OR (event_source = 'kinesis.amazonaws.com' AND event_base_name = 'DeleteStream')
        OR (event_source = 'firehose.amazonaws.com' AND event_base_name = 'DeleteDeliveryStream')
        OR (event_source = 'elasticache.amazonaws.com' AND event_base_name IN (
            'DeleteCacheCluster', 'DeleteReplicationGroup', 'DeleteServerlessCache'
        ))
        OR (event_source = 'es.amazonaws.com' AND event_base_name IN ('DeleteDomain', 'DeleteElasticsearchDomain'))
        OR (event_source = 's3.amazonaws.com' AND event_base_name = 'DeleteBucket')
        OR (event_source = 'glue.amazonaws.com' AND event_base_name IN ('DeleteDatabase', 'DeleteTable'))
        OR (event_source = 'memorydb.amazonaws.com' AND event_base_name = 'DeleteCluster')
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name IN (
            'DeleteDisk', 'DeleteRelationalDatabase'
        ))
    )
    AND mentions($resource, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
