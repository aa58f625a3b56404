-- /// query
-- name = "cognito_pool_changes"
-- title = "Changes of identity and user pools"
-- question = "Which identity or user pools were weakened or given other roles, and which users were set up in them?"
-- events = [
--   "cognito-identity:CreateIdentityPool", "cognito-identity:UpdateIdentityPool",
--   "cognito-identity:SetIdentityPoolRoles", "cognito-idp:CreateUserPool", "cognito-idp:UpdateUserPool",
--   "cognito-idp:DeleteUserPool", "cognito-idp:CreateUserPoolClient", "cognito-idp:UpdateUserPoolClient",
--   "cognito-idp:AdminCreateUser", "cognito-idp:AdminSetUserPassword", "cognito-idp:AdminAddUserToGroup",
--   "cognito-idp:CreateIdentityProvider",
-- ]
-- attack = ["T1556", "T1098"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/cognito/latest/developerguide/logging-using-cloudtrail.html"]
-- empty = "No recorded call changed a pool."
-- look = "Guests allowed, roles with rights for guests, users made by an administrator call."
--
-- [params]
-- pool = { type = "VARCHAR", entity = "resource", default = "", help = "Pool; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.identityPoolId', request_parameters ->> '$.userPoolId', response_elements ->> '$.identityPoolId', response_elements ->> '$.userPool.id') AS pool,
    as_flag(json_extract(request_parameters, '$.allowUnauthenticatedIdentities')) AS guests_allowed,
    list_filter([request_parameters ->> '$.roles.authenticated', request_parameters ->> '$.roles.unauthenticated'], lambda r: r IS NOT NULL) AS roles,
    request_parameters ->> '$.username' AS user_set_up,
    request_parameters ->> '$.mfaConfiguration' AS mfa_setting,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'cognito-identity.amazonaws.com' AND event_base_name IN (
            'CreateIdentityPool', 'UpdateIdentityPool', 'SetIdentityPoolRoles'
        ))
        OR (event_source = 'cognito-idp.amazonaws.com' AND event_base_name IN (
            'CreateUserPool', 'UpdateUserPool', 'DeleteUserPool', 'CreateUserPoolClient', 'UpdateUserPoolClient',
            'AdminCreateUser', 'AdminSetUserPassword', 'AdminAddUserToGroup', 'CreateIdentityProvider'
        ))
    )
    AND mentions($pool, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
