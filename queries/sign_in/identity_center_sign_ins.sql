-- /// query
-- name = "identity_center_sign_ins"
-- title = "Workforce sign-ins"
-- question = "Which workforce users signed in, with which factors, and what failed?"
-- events = [
--   "signin:UserAuthentication", "signin:CredentialChallenge", "signin:CredentialVerification",
--   "signin:ExternalIdPDirectoryLogin", "sso:Authenticate",
-- ]
-- attack = ["T1078.004", "T1110"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No workforce sign-in is recorded. They stand in the region of Identity Center, in its account."
-- look = "Failed factors, then a success from another place."
--
-- [timeline]
-- message = ["workforce {event_name} of {user_name}", "from {source_ip_address}", "and got {error_class}"]
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
    coalesce(user_identity ->> '$.onBehalfOf.userId', user_identity ->> '$.principalId') AS identity_user_id,
    user_name,
    additional_event_data ->> '$.AuthWorkflowID' AS workflow_id,
    additional_event_data ->> '$.CredentialType' AS credential_type,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'signin.amazonaws.com' AND event_base_name IN (
            'UserAuthentication', 'CredentialChallenge', 'CredentialVerification', 'ExternalIdPDirectoryLogin'
        ))
        OR (event_source = 'sso.amazonaws.com' AND event_base_name = 'Authenticate')
    )
ORDER BY event_time, event_id, event_key;
