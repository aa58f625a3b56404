-- /// query
-- name = "cloudshell_use"
-- title = "Use of CloudShell"
-- question = "Who opened CloudShell, moved files in or out, or had credentials put there?"
-- events = [
--   "cloudshell:CreateEnvironment", "cloudshell:StartEnvironment", "cloudshell:StopEnvironment",
--   "cloudshell:DeleteEnvironment", "cloudshell:CreateSession", "cloudshell:PutCredentials", "cloudshell:RedeemCode",
--   "cloudshell:GetFileUploadUrls", "cloudshell:GetFileDownloadUrls", "cloudshell:SendHeartBeat",
--   "cloudshell:GetEnvironmentStatus",
-- ]
-- attack = ["T1059.009"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/cloudshell/latest/userguide/logging-and-monitoring.html"]
-- empty = "CloudShell was not used as far as recorded."
-- look = "Shells of people who never use one, file transfers, shells right after a new sign-in."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
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
    coalesce(request_parameters ->> '$.EnvironmentId', response_elements ->> '$.EnvironmentId', request_parameters ->> '$.environmentId') AS environment_id,
    coalesce(request_parameters ->> '$.FileDownloadPath', request_parameters ->> '$.FileUploadPath', request_parameters ->> '$.fileDownloadPath', request_parameters ->> '$.fileUploadPath') AS file_path,
    CAST(json_extract(request_parameters, '$.VpcConfig') AS VARCHAR) AS vpc,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudshell.amazonaws.com' AND event_base_name IN (
            'CreateEnvironment', 'StartEnvironment', 'StopEnvironment', 'DeleteEnvironment', 'CreateSession',
            'PutCredentials', 'RedeemCode', 'GetFileUploadUrls', 'GetFileDownloadUrls', 'SendHeartBeat',
            'GetEnvironmentStatus'
        )
ORDER BY event_time, event_id, event_key;
