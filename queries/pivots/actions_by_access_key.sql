-- /// query
-- name = "actions_by_access_key"
-- aliases = ["activity_by_access_key"]
-- title = "What an access key did"
-- question = "Which calls did this access key make, in order, from where, and which were refused?"
-- attack = ["T1078.004"]
-- references = ["https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"]
-- empty = "The key made no recorded call here. It may have been used in accounts, regions or hours that are not loaded, for data events that the trail does not record, or through a session: see session_key_descendants."
-- look = "The first call, the first refusal, the first write; a change of address or agent."
--
-- [params]
-- access_key_id = { type = "VARCHAR", entity = "access_key", help = "Key to follow: AKIA is long-lived, ASIA belongs to a session" }
--
-- [timeline]
-- message = ["{access_key_id} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- access_key_id = "AKIARTX3GSDS3J5Z3ACY"
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
    read_only,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE access_key_id = $access_key_id
ORDER BY event_time, event_id, event_key;
