-- /// query
-- name = "api_gateway_front_doors"
-- title = "Public APIs in front of internal code"
-- question = "Which APIs, routes, integrations, keys and stages were made or changed, and where do they lead?"
-- events = [
--   "apigateway:CreateApi", "apigateway:CreateRoute", "apigateway:UpdateRoute", "apigateway:CreateIntegration",
--   "apigateway:UpdateIntegration", "apigateway:CreateStage", "apigateway:UpdateStage", "apigateway:CreateDeployment",
--   "apigateway:CreateRestApi", "apigateway:ImportRestApi", "apigateway:PutRestApi", "apigateway:UpdateRestApi",
--   "apigateway:CreateResource", "apigateway:PutMethod", "apigateway:UpdateMethod", "apigateway:PutIntegration",
--   "apigateway:CreateApiKey", "apigateway:CreateDomainName", "apigateway:CreateApiMapping",
--   "apigateway:CreateAuthorizer", "apigateway:DeleteAuthorizer", "apigateway:UpdateAuthorizer",
--   "apigateway:ImportApi", "apigateway:ReimportApi",
-- ]
-- attack = ["T1133", "T1546"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/apigateway/latest/developerguide/cloudtrail.html"]
-- empty = "No recorded change of APIs."
-- look = "Authorization NONE in front of a function, API keys that nobody ordered."
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
    coalesce(request_parameters ->> '$.apiId', request_parameters ->> '$.restApiId', response_elements ->> '$.apiId', response_elements ->> '$.id') AS api_id,
    coalesce(request_parameters ->> '$.name', request_parameters ->> '$.createApiInput.name', request_parameters ->> '$.createRestApiInput.name') AS name,
    coalesce(request_parameters ->> '$.routeKey', request_parameters ->> '$.createRouteInput.routeKey', request_parameters ->> '$.httpMethod') AS route,
    coalesce(request_parameters ->> '$.integrationUri', request_parameters ->> '$.target', request_parameters ->> '$.createIntegrationInput.integrationUri', request_parameters ->> '$.putIntegrationInput.uri', request_parameters ->> '$.createApiInput.target') AS leads_to,
    coalesce(request_parameters ->> '$.authorizationType', request_parameters ->> '$.createRouteInput.authorizationType', request_parameters ->> '$.putMethodInput.authorizationType') AS authorization_type,
    response_elements ->> '$.apiEndpoint' AS endpoint,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'apigateway.amazonaws.com' AND event_base_name IN (
            'CreateApi', 'CreateRoute', 'UpdateRoute', 'CreateIntegration', 'UpdateIntegration', 'CreateStage',
            'UpdateStage', 'CreateDeployment', 'CreateRestApi', 'ImportRestApi', 'PutRestApi', 'UpdateRestApi',
            'CreateResource', 'PutMethod', 'UpdateMethod', 'PutIntegration', 'CreateApiKey', 'CreateDomainName',
            'CreateApiMapping', 'CreateAuthorizer', 'DeleteAuthorizer', 'UpdateAuthorizer', 'ImportApi', 'ReimportApi'
        )
ORDER BY event_time, event_id, event_key;
