-- /// query
-- name = "actions_by_resource"
-- title = "Who touched a resource"
-- question = "Who touched this bucket, instance, key, function, role or ARN, denied attempts included?"
-- aliases = ["activity_by_resource"]
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing recorded here names it. Check the accounts, regions and hours that were searched, and whether the trail records data events. Denied calls usually lose their parameters; their error text is searched as well."
-- look = "Creation, changes, deletion; who reads it and since when; refused attempts."
--
-- [params]
-- resource = { type = "VARCHAR", entity = "resource", help = "Id, name or ARN as it stands in the records" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
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
    CASE
        WHEN target = $resource OR target = name_of_arn($resource) OR bucket_name = $resource THEN 'target'
        WHEN contains(error_message, $resource) THEN 'error message'
        WHEN contains(CAST(resources AS VARCHAR), '"' || $resource || '"') THEN 'resources'
        WHEN contains(CAST(request_parameters AS VARCHAR), '"' || $resource || '"') THEN 'request parameters'
        ELSE 'response'
    END AS found_in,
    event_class,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        target = $resource
        OR target = name_of_arn($resource)
        OR bucket_name = $resource
        OR requested_role_arn = $resource
        OR contains(CAST(resources AS VARCHAR), '"' || $resource || '"')
        OR contains(CAST(request_parameters AS VARCHAR), '"' || $resource || '"')
        OR contains(CAST(response_elements AS VARCHAR), '"' || $resource || '"')
        OR contains(error_message, $resource)
    )
ORDER BY event_time, event_id, event_key;
