-- /// query
-- name = "saml_federation_sessions"
-- title = "Sessions through SAML"
-- question = "Who came in through SAML, into which roles?"
-- events = ["sts:AssumeRoleWithSAML"]
-- attack = ["T1078.004", "T1606.002"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No session through SAML is recorded. Identity Center uses it underneath as well."
-- look = "New issuers, one assertion used twice (saml_session_anomalies)."
--
-- [timeline]
-- message = ["{user_name} came in through SAML as {requested_role_arn}"]
--
-- [example]
-- trail = "leaked_key"
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
    user_name,
    user_identity ->> '$.identityProvider' AS identity_provider,
    request_parameters ->> '$.principalArn' AS provider_arn,
    requested_role_arn,
    response_elements ->> '$.issuer' AS issuer,
    response_elements ->> '$.subject' AS subject,
    request_parameters ->> '$.sAMLAssertionID' AS assertion_id,
    issued_access_key_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRoleWithSAML'
ORDER BY event_time, event_id, event_key;
