-- /// query
-- name = "passrole_glue"
-- title = "Glue endpoints and jobs"
-- question = "Which Glue endpoints or jobs were given a role or a new SSH key, and run?"
-- events = [
--   "glue:CreateDevEndpoint", "glue:UpdateDevEndpoint", "glue:CreateJob", "glue:UpdateJob", "glue:StartJobRun",
--   "glue:CreateTrigger",
-- ]
-- attack = ["T1548.005", "T1098.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No Glue endpoint or job was changed as far as is recorded."
-- look = "SSH keys put on endpoints."
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
    coalesce(request_parameters ->> '$.endpointName', request_parameters ->> '$.name', request_parameters ->> '$.jobName') AS name,
    coalesce(request_parameters ->> '$.roleArn', request_parameters ->> '$.role') AS role,
    coalesce(request_parameters ->> '$.publicKey', CAST(json_extract(request_parameters, '$.addPublicKeys') AS VARCHAR)) AS public_key,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'glue.amazonaws.com' AND event_base_name IN (
            'CreateDevEndpoint', 'UpdateDevEndpoint', 'CreateJob', 'UpdateJob', 'StartJobRun', 'CreateTrigger'
        )
ORDER BY event_time, event_id, event_key;
