-- /// query
-- name = "activity_by_user_agent"
-- title = "What a tool did"
-- question = "Who used this tool or SDK string?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events. Anybody can write anything into the agent string."
-- look = "One tool across several principals."
--
-- [params]
-- agent = { type = "VARCHAR", entity = "agent", help = "Part of the agent string, in any case" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- agent = "aws-cli"
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
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    contains(lower(user_agent), lower($agent))
ORDER BY event_time, event_id, event_key;
