-- /// query
-- name = "activity_by_unique_id"
-- title = "What an identity did under its unique id"
-- question = "What did this AIDA or AROA identity do, whatever its name was at the time?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events."
-- look = "A name that was deleted and made again has another id."
--
-- [params]
-- unique_id = { type = "VARCHAR", entity = "principal", help = "Unique id such as AIDA..., AROA..." }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- unique_id = "AIDARTX3GSDSTX5CNYIS4"
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
    principal_id,
    user_name,
    coalesce(same_name(response_elements ->> '$.user.userId', $unique_id) OR same_name(response_elements ->> '$.role.roleId', $unique_id), FALSE) AS birth,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    same_name(principal_id, $unique_id)
    OR (user_identity_type = 'FederatedUser' AND same_name(user_identity ->> '$.sessionContext.sessionIssuer.principalId', $unique_id))
    OR (event_base_name = 'CreateUser' AND same_name(response_elements ->> '$.user.userId', $unique_id))
    OR (event_base_name = 'CreateRole' AND same_name(response_elements ->> '$.role.roleId', $unique_id))
ORDER BY event_time, event_id, event_key;
