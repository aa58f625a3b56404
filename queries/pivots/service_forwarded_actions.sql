-- /// query
-- name = "service_forwarded_actions"
-- title = "Calls made by services for somebody"
-- question = "Which calls did an AWS service make on somebody's behalf?"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No call by a service on somebody's behalf is recorded."
-- look = "Stacks and automations that act with a person's rights."
--
-- [params]
-- service = { type = "VARCHAR", default = "", help = "Service such as cloudformation; none given means all" }
--
-- [timeline]
-- message = ["{invoked_by} called {event_name} for {actor}"]
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
    invoked_by,
    user_identity_type,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    invoked_by IS NOT NULL
    AND user_identity_type IS DISTINCT FROM 'AWSService'
    AND ($service = '' OR invoked_by = $service OR invoked_by = $service || '.amazonaws.com')
ORDER BY event_time, event_id, event_key;
