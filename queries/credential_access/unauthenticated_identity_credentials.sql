-- /// query
-- name = "unauthenticated_identity_credentials"
-- title = "Guest credentials of identity pools"
-- question = "Were guest credentials of Cognito identity pools issued, and what did they do?"
-- events = [
--   "cognito-identity:GetId", "cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetOpenIdToken",
-- ]
-- attack = ["T1552", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- needs = ["data:cognito-identity"]
-- empty = "No guest credentials were issued or used as far as recorded."
-- look = "GetCredentialsForIdentity without logins, then calls of a guest role on buckets and functions."
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
    request_parameters ->> '$.identityPoolId' AS identity_pool_id,
    coalesce(request_parameters ->> '$.identityId', response_elements ->> '$.identityId') AS identity_id,
    CASE WHEN kept(request_parameters) THEN json_exists(request_parameters, '$.logins') END AS has_login,
    role_session_name,
    session_issuer_arn,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (event_source = 'cognito-identity.amazonaws.com' AND event_base_name IN (
            'GetId', 'GetCredentialsForIdentity', 'GetOpenIdToken'
        ) OR role_session_name = 'CognitoIdentityCredentials')
ORDER BY event_time, event_id, event_key;
