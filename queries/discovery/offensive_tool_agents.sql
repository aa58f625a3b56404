-- /// query
-- name = "offensive_tool_agents"
-- title = "Calls with agents of attack and transfer tools"
-- question = "Which calls carry the agent string of an attack tool, an attack distribution or a transfer client?"
-- attack = ["T1526", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No agent string matches. Anybody can write any agent: silence proves nothing."
-- look = "Names of tools, distributions in the agent of the SDK; other calls of the same key."
--
-- [params]
-- patterns = { type = "VARCHAR[]", default = [], help = "Parts of agent strings; none given means those of the library" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "secrets_theft"
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
    agent_family,
    source_kind,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    user_agent IN (
        SELECT agent
        FROM (SELECT value AS agent FROM dim_agent WHERE value IS NOT NULL)
        WHERE len(list_filter(
            CASE
                WHEN len($patterns) > 0 THEN $patterns
                ELSE [
                    'pacu', 'kali', 'parrot', 'blackarch', 'pentoo', 'trufflehog', 'cloudmapper', 'scoutsuite', 'scout suite',
                    'prowler', 'cloudfox', 'enumerate-iam', 'stratus-red-team', 'cloudgoat', 'cloudsploit', 'weirdaal', 'nessus',
                    'steampipe', 's3 browser', 's3browser', 'cyberduck', 'rclone', 'winscp', 'mountain duck', 'transmit', 'gitleaks',
                    'metasploit', 'sqlmap', 'nuclei', 'burp', 'hydra', 'peirates', 'pmapper', 'cartography', 'masscan',
                    'aws_consoler', 'dirb'
                ]
            END,
            lambda p: contains(lower(agent), lower(p))
        )) > 0
    )
ORDER BY event_time, event_id, event_key;
