-- /// query
-- name = "passrole_codebuild"
-- title = "Builds run with a role"
-- question = "Which build projects were made or changed with a role, or started with overrides?"
-- events = [
--   "codebuild:CreateProject", "codebuild:UpdateProject", "codebuild:StartBuild", "codebuild:StartBuildBatch",
-- ]
-- attack = ["T1548.005", "T1651"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No build was changed or started as far as is recorded."
-- look = "Overrides of source or build steps."
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
    coalesce(request_parameters ->> '$.name', request_parameters ->> '$.projectName') AS project,
    coalesce(request_parameters ->> '$.serviceRole', request_parameters ->> '$.serviceRoleOverride') AS role,
    coalesce(request_parameters ->> '$.source.location', request_parameters ->> '$.sourceLocationOverride') AS source,
    CASE
        WHEN event_base_name LIKE 'StartBuild%' AND kept(request_parameters) THEN json_exists(request_parameters, '$.buildspecOverride')
    END AS own_buildspec,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'codebuild.amazonaws.com' AND event_base_name IN ('CreateProject', 'UpdateProject', 'StartBuild', 'StartBuildBatch')
ORDER BY event_time, event_id, event_key;
