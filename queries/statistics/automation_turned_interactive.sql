-- /// query
-- name = "automation_turned_interactive"
-- title = "Robots at the console"
-- question = "Which automated identity suddenly used console or command line?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No identity that is otherwise automated used console or command line."
-- look = "The first such call."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- ///
WITH per_actor AS (
    SELECT
        actor,
        count(*) FILTER (agent_family IN ('sdk', 'iac', 'aws_service')) AS automated,
        count(*) FILTER (agent_family IN ('console', 'browser', 'cli')) AS interactive
    FROM around_scope($accounts, $regions)
    WHERE invoked_by IS NULL
    GROUP BY actor
)

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
    agent_family,
    session_credential_from_console,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    agent_family IN ('console', 'browser', 'cli')
    AND invoked_by IS NULL
    AND actor IN (SELECT actor FROM per_actor WHERE automated >= 9 * interactive AND interactive > 0)
ORDER BY event_time, event_id, event_key;
