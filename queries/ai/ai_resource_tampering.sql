-- /// query
-- name = "ai_resource_tampering"
-- title = "Changes of knowledge bases, agents, models and endpoints"
-- question = "Which knowledge bases, agents, throughput, fine-tuning jobs or endpoints were changed?"
-- events = [
--   "bedrock:IngestKnowledgeBaseDocuments", "bedrock:DeleteKnowledgeBaseDocuments", "bedrock:CreateKnowledgeBase",
--   "bedrock:UpdateKnowledgeBase", "bedrock:DeleteKnowledgeBase", "bedrock:CreateDataSource",
--   "bedrock:UpdateDataSource", "bedrock:StartIngestionJob", "bedrock:CreateAgent", "bedrock:UpdateAgent",
--   "bedrock:DeleteAgent", "bedrock:CreateAgentActionGroup", "bedrock:UpdateAgentActionGroup",
--   "bedrock:CreateProvisionedModelThroughput", "bedrock:CreateModelCustomizationJob", "bedrock:CreateImportedModel",
--   "bedrock:CreateModelImportJob", "sagemaker:CreateModel", "sagemaker:CreateEndpoint",
--   "sagemaker:CreateEndpointConfig", "sagemaker:UpdateEndpoint", "sagemaker:DeleteEndpoint",
-- ]
-- attack = ["T1565.001", "T1496.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html"]
-- empty = "No recorded call changed such a resource."
-- look = "Documents fed into a knowledge base by strangers, throughput bought, images and model data from foreign places."
--
-- [params]
-- resource = { type = "VARCHAR", entity = "resource", default = "", help = "Part of an id, name or ARN; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.knowledgeBaseId', request_parameters ->> '$.agentId', request_parameters ->> '$.endpointName', request_parameters ->> '$.modelName', request_parameters ->> '$.provisionedModelName', request_parameters ->> '$.jobName', request_parameters ->> '$.name') AS resource_named,
    request_parameters ->> '$.modelId' AS model,
    coalesce(request_parameters ->> '$.roleArn', request_parameters ->> '$.agentResourceRoleArn', request_parameters ->> '$.executionRoleArn') AS role,
    request_parameters ->> '$.modelUnits' AS units,
    coalesce(request_parameters ->> '$.primaryContainer.image', request_parameters ->> '$.primaryContainer.modelDataUrl', request_parameters ->> '$.trainingDataConfig.s3Uri', request_parameters ->> '$.dataSourceConfiguration.s3Configuration.bucketArn') AS data_from,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'bedrock.amazonaws.com' AND event_base_name IN (
            'IngestKnowledgeBaseDocuments', 'DeleteKnowledgeBaseDocuments', 'CreateKnowledgeBase',
            'UpdateKnowledgeBase', 'DeleteKnowledgeBase', 'CreateDataSource', 'UpdateDataSource', 'StartIngestionJob',
            'CreateAgent', 'UpdateAgent', 'DeleteAgent', 'CreateAgentActionGroup', 'UpdateAgentActionGroup',
            'CreateProvisionedModelThroughput', 'CreateModelCustomizationJob', 'CreateImportedModel',
            'CreateModelImportJob'
        ))
        OR (event_source = 'sagemaker.amazonaws.com' AND event_base_name IN (
            'CreateModel', 'CreateEndpoint', 'CreateEndpointConfig', 'UpdateEndpoint', 'DeleteEndpoint'
        ))
    )
    AND mentions($resource, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
