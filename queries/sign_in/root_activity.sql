-- /// query
-- name = "root_activity"
-- title = "What root did"
-- question = "What was done as root, sign-ins and failed sign-ins included?"
-- events = ["signin:ConsoleLogin", "sts:AssumeRoot"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"]
-- empty = "Root made no recorded call. Sessions of sts:AssumeRoot look like root with a temporary key."
-- look = "Any sign-in, any key made, changes of e-mail and factors."
--
-- [params]
-- service_events = { type = "BOOLEAN", default = false, help = "Also what services did on behalf of root" }
--
-- [timeline]
-- message = ["root called {event_name}", "from {source_ip_address}", "and got {error_class}"]
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
    event_type,
    response_elements ->> '$.ConsoleLogin' AS sign_in_result,
    mfa,
    access_key_id LIKE 'ASIA%' AND event_source <> 'signin.amazonaws.com' AS session_key,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    user_identity_type = 'Root'
    AND ($service_events OR (invoked_by IS NULL AND event_type IS DISTINCT FROM 'AwsServiceEvent'))
ORDER BY event_time, event_id, event_key;
