-- /// query
-- name = "passrole_other_services"
-- title = "Less watched services with roles"
-- question = "Which less watched compute or automation services were given a role?"
-- events = [
--   "apprunner:CreateService", "apprunner:UpdateService", "batch:RegisterJobDefinition", "batch:SubmitJob",
--   "states:CreateStateMachine", "states:UpdateStateMachine", "scheduler:CreateSchedule",
--   "scheduler:UpdateSchedule", "ssm:StartAutomationExecution", "datapipeline:CreatePipeline",
--   "datapipeline:PutPipelineDefinition", "codestar:CreateProject",
-- ]
-- attack = ["T1548.005", "T1651"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded."
-- look = "Schedules and state machines with strong roles."
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
    coalesce(request_parameters ->> '$.roleArn', request_parameters ->> '$.target.roleArn', request_parameters ->> '$.jobRoleArn') AS role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'apprunner.amazonaws.com' AND event_base_name IN ('CreateService', 'UpdateService'))
        OR (event_source = 'batch.amazonaws.com' AND event_base_name IN ('RegisterJobDefinition', 'SubmitJob'))
        OR (event_source = 'states.amazonaws.com' AND event_base_name IN ('CreateStateMachine', 'UpdateStateMachine'))
        OR (event_source = 'scheduler.amazonaws.com' AND event_base_name IN ('CreateSchedule', 'UpdateSchedule'))
        OR (event_source = 'ssm.amazonaws.com' AND event_base_name = 'StartAutomationExecution')
        OR (event_source = 'datapipeline.amazonaws.com' AND event_base_name IN ('CreatePipeline', 'PutPipelineDefinition'))
        OR (event_source = 'codestar.amazonaws.com' AND event_base_name = 'CreateProject')
    )
ORDER BY event_time, event_id, event_key;
