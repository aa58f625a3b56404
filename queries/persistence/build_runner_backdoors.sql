-- /// query
-- name = "build_runner_backdoors"
-- title = "Build projects, webhooks and source credentials"
-- question = "Which build projects were re-pointed, given webhooks, runners or source credentials, by whom?"
-- events = [
--   "codebuild:ImportSourceCredentials", "codebuild:DeleteSourceCredentials", "codebuild:CreateWebhook",
--   "codebuild:UpdateWebhook", "codebuild:DeleteWebhook", "codebuild:CreateProject", "codebuild:UpdateProject",
--   "codebuild:UpdateProjectVisibility", "codebuild:StartBuild", "codebuild:StartBuildBatch", "codebuild:CreateFleet",
--   "codestar-connections:CreateConnection", "codestar-connections:UpdateConnectionInstallation",
--   "codepipeline:CreatePipeline", "codepipeline:UpdatePipeline", "codepipeline:PutWebhook",
-- ]
-- attack = ["T1546", "T1195.002"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded change of build projects."
-- look = "A repository outside the company, a webhook for workflow jobs (a runner), builds started by hand with another buildspec."
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
    coalesce(request_parameters ->> '$.projectName', request_parameters ->> '$.name', request_parameters ->> '$.project.name', request_parameters ->> '$.pipeline.name', name_of_arn(request_parameters ->> '$.projectArn')) AS project,
    coalesce(request_parameters ->> '$.source.location', request_parameters ->> '$.sourceLocationOverride', response_elements ->> '$.project.source.location') AS source_location,
    coalesce(request_parameters ->> '$.source.type', request_parameters ->> '$.sourceTypeOverride', request_parameters ->> '$.serverType') AS source_type,
    CASE
        WHEN NOT was_done(outcome) THEN FALSE
        WHEN event_base_name IN ('CreateProject', 'UpdateProject', 'StartBuild', 'StartBuildBatch') AND kept(request_parameters)
            THEN json_exists(request_parameters, '$.buildspecOverride') OR json_exists(request_parameters, '$.source.buildspec')
    END AS buildspec_replaced,
    coalesce(request_parameters ->> '$.serviceRole', request_parameters ->> '$.serviceRoleOverride') AS service_role,
    CAST(json_extract(request_parameters, '$.filterGroups') AS VARCHAR) AS filters,
    CASE
        WHEN NOT was_done(outcome) THEN FALSE
        WHEN event_base_name = 'UpdateProjectVisibility' THEN (request_parameters ->> '$.projectVisibility') = 'PUBLIC_READ'
    END AS made_public,
    CASE WHEN NOT was_done(outcome) THEN request_parameters ->> '$.projectVisibility' END AS tried_visibility,
    list_transform(as_list(coalesce(json_extract(request_parameters, '$.environment.environmentVariables'), json_extract(request_parameters, '$.environmentVariablesOverride'))), lambda v: v ->> '$.name') AS variables,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'codebuild.amazonaws.com' AND event_base_name IN (
            'ImportSourceCredentials', 'DeleteSourceCredentials', 'CreateWebhook', 'UpdateWebhook', 'DeleteWebhook',
            'CreateProject', 'UpdateProject', 'UpdateProjectVisibility', 'StartBuild', 'StartBuildBatch',
            'CreateFleet'
        ))
        OR (event_source = 'codestar-connections.amazonaws.com' AND event_base_name IN (
            'CreateConnection', 'UpdateConnectionInstallation'
        ))
        OR (event_source = 'codepipeline.amazonaws.com' AND event_base_name IN (
            'CreatePipeline', 'UpdatePipeline', 'PutWebhook'
        ))
    )
ORDER BY event_time, event_id, event_key;
