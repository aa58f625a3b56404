-- /// query
-- name = "console_actions"
-- title = "Changes made by hand in the console"
-- question = "Which changes were made by hand in the console?"
-- attack = ["T1538"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No change from the console is recorded. Old records lack the mark; then only the agent string tells."
-- look = "Hand-made changes in accounts that are run by pipelines."
--
-- [params]
-- principal = { type = "VARCHAR", entity = "principal", default = "", help = "User name or ARN; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
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
    session_credential_from_console,
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_class IN ('write', 'permissions')
    AND (session_credential_from_console OR agent_family = 'console' OR (session_credential_from_console IS NULL AND agent_family = 'browser'))
    AND ($principal = '' OR is_principal($principal, actor, principal_arn, session_issuer_arn, user_name, principal_id))
ORDER BY event_time, event_id, event_key;
