-- /// query
-- name = "activity_by_vpc_endpoint"
-- title = "What went through a VPC endpoint"
-- question = "What went through this endpoint, from which identities, and what did its policy refuse?"
-- attack = ["T1537"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events. What an endpoint policy refused shows only in network activity events."
-- look = "Principals of other accounts, buckets of others."
--
-- [params]
-- vpc_endpoint_id = { type = "VARCHAR", entity = "resource", help = "Endpoint such as vpce-0123456789abcdef0" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- vpc_endpoint_id = "vpce-0123456789abcdef0"
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
    vpc_endpoint_id,
    vpc_endpoint_account_id,
    event_class,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    vpc_endpoint_id = $vpc_endpoint_id
ORDER BY event_time, event_id, event_key;
