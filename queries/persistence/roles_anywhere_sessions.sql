-- /// query
-- name = "roles_anywhere_sessions"
-- title = "Sessions got with certificates"
-- question = "Which certificates obtained role sessions through Roles Anywhere, and what did these sessions do?"
-- events = ["rolesanywhere:CreateSession"]
-- attack = ["T1550.001", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/rolesanywhere/latest/userguide/logging-using-cloudtrail.html"]
-- empty = "No session was got with a certificate as far as recorded."
-- look = "Certificates of unknown issuers, strong roles; then follow issued_key."
--
-- [params]
-- serial = { type = "VARCHAR", default = "", help = "Serial number of the certificate (the session name); none given means all" }
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
    coalesce(request_parameters ->> '$.roleArn', session_issuer_arn) AS role_arn,
    request_parameters ->> '$.profileArn' AS profile_arn,
    request_parameters ->> '$.trustAnchorArn' AS trust_anchor_arn,
    role_session_name,
    source_identity,
    coalesce(issued_access_key_id, as_list(json_extract(response_elements, '$.credentialSet'))[1] ->> '$.credentials.accessKeyId') AS issued_key,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (event_source = 'rolesanywhere.amazonaws.com' AND event_base_name = 'CreateSession' OR source_identity LIKE 'CN=%')
    AND ($serial = '' OR role_session_name = $serial OR contains(CAST(response_elements AS VARCHAR), $serial))
ORDER BY event_time, event_id, event_key;
