-- /// query
-- name = "resource_change_history"
-- title = "Changes of one resource"
-- question = "Creation, every change and deletion of one resource?"
-- attack = ["T1578"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events."
-- look = "Birth, death and rebirth under the same name; the last change before the incident."
--
-- [params]
-- resource = { type = "VARCHAR", entity = "resource", help = "Id, name or ARN" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- resource = "example-exports"
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
    request_parameters,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_class NOT IN ('read', 'list', 'session', 'insight')
    AND (
        target = $resource
        OR target = name_of_arn($resource)
        OR bucket_name = $resource
        OR contains(CAST(resources AS VARCHAR), '"' || $resource || '"')
        OR contains(CAST(request_parameters AS VARCHAR), '"' || $resource || '"')
        OR contains(CAST(response_elements AS VARCHAR), '"' || $resource || '"')
        OR contains(error_message, $resource)
    )
    AND NOT (event_class = 'data' AND coalesce(read_only, FALSE))
ORDER BY event_time, event_id, event_key;
