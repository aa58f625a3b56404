-- /// query
-- name = "batch_and_transfer_jobs"
-- title = "Bulk copy services"
-- question = "Were bulk copy or transfer services used?"
-- events = [
--   "s3:CreateJob", "s3:JobCreated", "s3:JobStatusChanged", "datasync:CreateTask", "datasync:StartTaskExecution",
--   "datasync:CreateLocationS3", "transfer:CreateServer", "transfer:CreateUser", "transfer:StartServer",
--   "dms:CreateReplicationTask", "dms:StartReplicationTask", "snowball:CreateJob",
-- ]
-- attack = ["T1537", "T1020"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No bulk copy is recorded."
-- look = "Destinations in other accounts or outside AWS."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
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
    service_event_details ->> '$.jobArn' AS job,
    coalesce(service_event_details ->> '$.status', request_parameters ->> '$.operation') AS status,
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 's3.amazonaws.com' AND event_base_name IN ('CreateJob', 'JobCreated', 'JobStatusChanged'))
        OR (event_source = 'datasync.amazonaws.com' AND event_base_name IN ('CreateTask', 'StartTaskExecution', 'CreateLocationS3'))
        OR (event_source = 'transfer.amazonaws.com' AND event_base_name IN ('CreateServer', 'CreateUser', 'StartServer'))
        OR (event_source = 'dms.amazonaws.com' AND event_base_name IN ('CreateReplicationTask', 'StartReplicationTask'))
        OR (event_source = 'snowball.amazonaws.com' AND event_base_name = 'CreateJob')
    )
ORDER BY event_time, event_id, event_key;
