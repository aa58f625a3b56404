-- /// query
-- name = "appsync_changes"
-- title = "Changes of GraphQL interfaces"
-- question = "Which GraphQL keys, ways of sign-in or resolvers were changed?"
-- events = [
--   "appsync:CreateApiKey", "appsync:UpdateApiKey", "appsync:CreateGraphqlApi", "appsync:UpdateGraphqlApi",
--   "appsync:DeleteGraphqlApi", "appsync:CreateResolver", "appsync:UpdateResolver", "appsync:CreateFunction",
--   "appsync:UpdateFunction", "appsync:CreateDataSource", "appsync:GetIntrospectionSchema",
-- ]
-- attack = ["T1556", "T1578"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/appsync/latest/devguide/cloudtrail-logging.html"]
-- empty = "No recorded call changed a GraphQL interface."
-- look = "Keys made for interfaces that had none, sign-in by key allowed, resolvers rewritten."
--
-- [params]
-- api = { type = "VARCHAR", entity = "resource", default = "", help = "Interface; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.apiId', response_elements ->> '$.graphqlApi.apiId') AS api_id,
    request_parameters ->> '$.authenticationType' AS sign_in_by,
    request_parameters ->> '$.typeName' AS type_named,
    request_parameters ->> '$.fieldName' AS field,
    request_parameters ->> '$.expires' AS expires,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'appsync.amazonaws.com' AND event_base_name IN (
        'CreateApiKey', 'UpdateApiKey', 'CreateGraphqlApi', 'UpdateGraphqlApi', 'DeleteGraphqlApi', 'CreateResolver',
        'UpdateResolver', 'CreateFunction', 'UpdateFunction', 'CreateDataSource', 'GetIntrospectionSchema'
    )
    AND mentions($api, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
