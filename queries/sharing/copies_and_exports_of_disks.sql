-- /// query
-- name = "copies_and_exports_of_disks"
-- title = "Copies and exports of disks and images"
-- question = "Which snapshots and images were copied elsewhere or exported to a bucket?"
-- events = [
--   "ec2:CopySnapshot", "ec2:CopyImage", "ec2:CreateInstanceExportTask", "ec2:ExportImage",
--   "ec2:CreateStoreImageTask", "ec2:CancelExportTask",
-- ]
-- attack = ["T1537", "T1578.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No recorded call copied or exported a disk. A copy made by another account from a shared snapshot is in the logs of that account."
-- look = "Another region, a KMS key of another account, a bucket that is not ours; refused tries."
--
-- [params]
-- disk = { type = "VARCHAR", entity = "resource", default = "", help = "Snapshot, image or instance; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.sourceSnapshotId', request_parameters ->> '$.sourceImageId', request_parameters ->> '$.instanceId', inside(request_parameters, event_base_name) ->> '$.ImageId', request_parameters ->> '$.imageId') AS copied_from,
    coalesce(request_parameters ->> '$.sourceRegion', aws_region) AS from_region,
    coalesce(response_elements ->> '$.snapshotId', response_elements ->> '$.imageId', response_elements ->> '$.objectKey') AS made,
    coalesce(request_parameters ->> '$.kmsKeyId', inside(request_parameters, event_base_name) ->> '$.KmsKeyId') AS kms_key,
    outsiders([account_of_arn(coalesce(request_parameters ->> '$.kmsKeyId', inside(request_parameters, event_base_name) ->> '$.KmsKeyId'))], recipient_account_id, own.ids) AS outside_key_accounts,
    coalesce(request_parameters ->> '$.exportToS3.s3Bucket', inside(request_parameters, event_base_name) ->> '$.S3ExportLocation.S3Bucket', request_parameters ->> '$.s3ExportLocation.s3Bucket', inside(request_parameters, event_base_name) ->> '$.Bucket', request_parameters ->> '$.bucket') AS to_bucket,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN (
        'CopySnapshot', 'CopyImage', 'CreateInstanceExportTask', 'ExportImage', 'CreateStoreImageTask',
        'CancelExportTask'
    )
    AND mentions($disk, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
