-- /// query
-- name = "managed_compute_abuse"
-- title = "Use of managed compute, first uses marked"
-- question = "Which managed compute was created or started, and where was it the first time for the account and region?"
-- events = [
--   "ecs:CreateCluster", "ecs:CreateService", "ecs:UpdateService", "ecs:RunTask", "ecs:RegisterTaskDefinition",
--   "lambda:CreateFunction", "lightsail:CreateInstances", "lightsail:CreateContainerService",
--   "lightsail:CreateContainerServiceDeployment", "batch:CreateComputeEnvironment", "batch:RegisterJobDefinition",
--   "batch:SubmitJob", "sagemaker:CreateNotebookInstance", "sagemaker:CreateTrainingJob",
--   "sagemaker:CreateProcessingJob", "sagemaker:CreateEndpoint", "sagemaker:CreateDomain", "sagemaker:CreateApp",
--   "codebuild:CreateProject", "codebuild:StartBuild", "codebuild:StartBuildBatch", "apprunner:CreateService",
--   "amplify:CreateApp", "amplify:StartJob", "amplify:StartDeployment", "glue:CreateJob", "glue:StartJobRun",
--   "glue:CreateDevEndpoint", "imagebuilder:CreateComponent", "imagebuilder:CreateImagePipeline",
--   "imagebuilder:StartImagePipelineExecution", "elasticmapreduce:RunJobFlow", "elasticmapreduce:AddJobFlowSteps",
--   "cloudformation:CreateStack", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances",
--   "gamelift:CreateFleet", "workspaces:CreateWorkspaces", "appstream:CreateFleet", "eks:CreateCluster",
--   "eks:CreateNodegroup", "eks:CreateFargateProfile",
-- ]
-- attack = ["T1496.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No managed compute was created or started by a recorded call."
-- look = "Services that the account never used, many regions in a row, images from public registries."
--
-- [params]
-- first_uses_only = { type = "BOOLEAN", default = false, help = "Only the first call of each kind in an account and region, refused tries beside them" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "compute_abuse"
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
    event_time = first_call AS first_here,
    coalesce(request_parameters ->> '$.desiredCount', request_parameters ->> '$.count', request_parameters ->> '$.computeResources.maxvCpus', request_parameters ->> '$.instances.instanceCount', request_parameters ->> '$.scalingConfig.maxSize') AS wanted,
    request_parameters ->> '$.cpu' AS cpu,
    instance_types_in(request_parameters) AS instance_types,
    list_distinct(regexp_extract_all(CAST(request_parameters AS VARCHAR), '"(?:image|imageUri|imageIdentifier)":\s*"([^"]+)"', 1)) AS images,
    coalesce(request_parameters ->> '$.role', request_parameters ->> '$.roleArn', request_parameters ->> '$.taskRoleArn', request_parameters ->> '$.executionRoleArn', request_parameters ->> '$.serviceRole', request_parameters ->> '$.jobRoleArn') AS role_arn,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
LEFT JOIN (
    SELECT
        recipient_account_id AS seen_account,
        aws_region AS seen_region,
        event_source AS seen_source,
        event_base_name AS seen_name,
        min(event_time) AS first_call
    FROM around_scope($accounts, $regions)
    WHERE event_source IN ('ecs.amazonaws.com', 'lambda.amazonaws.com', 'lightsail.amazonaws.com', 'batch.amazonaws.com', 'sagemaker.amazonaws.com', 'codebuild.amazonaws.com', 'apprunner.amazonaws.com', 'amplify.amazonaws.com', 'glue.amazonaws.com', 'imagebuilder.amazonaws.com', 'elasticmapreduce.amazonaws.com', 'cloudformation.amazonaws.com', 'gamelift.amazonaws.com', 'workspaces.amazonaws.com', 'appstream.amazonaws.com', 'eks.amazonaws.com') AND event_class <> 'read' AND event_class <> 'list'
    GROUP BY ALL
) AS seen
    ON seen_account IS NOT DISTINCT FROM recipient_account_id AND seen_region = aws_region
    AND seen_source = event_source AND seen_name = event_base_name
WHERE
    (
        (event_source = 'ecs.amazonaws.com' AND event_base_name IN (
            'CreateCluster', 'CreateService', 'UpdateService', 'RunTask', 'RegisterTaskDefinition'
        ))
        OR (event_source = 'lambda.amazonaws.com' AND event_base_name = 'CreateFunction')
        OR (event_source = 'lightsail.amazonaws.com' AND event_base_name IN (
            'CreateInstances', 'CreateContainerService', 'CreateContainerServiceDeployment'
        ))
        OR (event_source = 'batch.amazonaws.com' AND event_base_name IN (
            'CreateComputeEnvironment', 'RegisterJobDefinition', 'SubmitJob'
        ))
        OR (event_source = 'sagemaker.amazonaws.com' AND event_base_name IN (
            'CreateNotebookInstance', 'CreateTrainingJob', 'CreateProcessingJob', 'CreateEndpoint', 'CreateDomain',
            'CreateApp'
        ))
        OR (event_source = 'codebuild.amazonaws.com' AND event_base_name IN (
            'CreateProject', 'StartBuild', 'StartBuildBatch'
        ))
        OR (event_source = 'apprunner.amazonaws.com' AND event_base_name = 'CreateService')
        OR (event_source = 'amplify.amazonaws.com' AND event_base_name IN (
            'CreateApp', 'StartJob', 'StartDeployment'
        ))
        OR (event_source = 'glue.amazonaws.com' AND event_base_name IN (
            'CreateJob', 'StartJobRun', 'CreateDevEndpoint'
        ))
        OR (event_source = 'imagebuilder.amazonaws.com' AND event_base_name IN (
            'CreateComponent', 'CreateImagePipeline', 'StartImagePipelineExecution'
        ))
        OR (event_source = 'elasticmapreduce.amazonaws.com' AND event_base_name IN ('RunJobFlow', 'AddJobFlowSteps'))
        OR (event_source = 'cloudformation.amazonaws.com' AND event_base_name IN (
            'CreateStack', 'CreateStackSet', 'CreateStackInstances'
        ))
        OR (event_source = 'gamelift.amazonaws.com' AND event_base_name = 'CreateFleet')
        OR (event_source = 'workspaces.amazonaws.com' AND event_base_name = 'CreateWorkspaces')
        OR (event_source = 'appstream.amazonaws.com' AND event_base_name = 'CreateFleet')
        OR (event_source = 'eks.amazonaws.com' AND event_base_name IN (
            'CreateCluster', 'CreateNodegroup', 'CreateFargateProfile'
        ))
    )
    AND (NOT $first_uses_only OR outcome = 'denied' OR event_time = first_call)
ORDER BY event_time, event_id, event_key;
