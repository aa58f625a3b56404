-- /// query
-- name = "activity_by_instance"
-- title = "What was done to an instance and by it"
-- question = "What was done to this instance, and what did its credentials do?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events."
-- look = "Calls by the instance from an address that is not its own; a change of role or user data."
--
-- [params]
-- instance_id = { type = "VARCHAR", entity = "resource", help = "Instance such as i-0123456789abcdef0" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- instance_id = "i-0123456789abcdef0"
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
    CASE
        WHEN role_session_name = $instance_id OR contains(user_identity ->> '$.inScopeOf.credentialsIssuedTo', $instance_id) THEN 'by the instance'
        ELSE 'to the instance'
    END AS direction,
    user_identity ->> '$.sessionContext.ec2RoleDelivery' AS metadata_version,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    role_session_name = $instance_id
    OR target = $instance_id
    OR contains(CAST(request_parameters AS VARCHAR), '"' || $instance_id || '"')
    OR contains(CAST(response_elements AS VARCHAR), '"' || $instance_id || '"')
    OR (contains(CAST(user_identity AS VARCHAR), $instance_id) AND contains(user_identity ->> '$.inScopeOf.credentialsIssuedTo', $instance_id))
ORDER BY event_time, event_id, event_key;
