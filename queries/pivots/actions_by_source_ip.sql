-- /// query
-- name = "actions_by_source_ip"
-- title = "What came from an address"
-- question = "Which calls came from these addresses or networks, by whom?"
-- aliases = ["activity_by_source_ip"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call from there. Calls that a service makes for someone carry the service's name instead of an address."
-- look = "Which principals share the address, and which of them do it only in this window."
--
-- [params]
-- ips = { type = "VARCHAR[]", entity = "address", default = [], help = "Addresses as logged; AWS service names work too" }
-- cidrs = { type = "VARCHAR[]", default = [], help = "Networks such as 198.51.100.0/24 or 2001:db8::/32" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- ips = ["198.51.100.77"]
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
    vpc_endpoint_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    source_ip_address IN (
        SELECT value
        FROM dim_address
        WHERE
            list_contains(CAST($ips AS VARCHAR[]), value)
            OR len(list_filter(
                CAST($cidrs AS VARCHAR[]), lambda c: ip_number(value) BETWEEN cidr_low(c) AND cidr_high(c)
            )) > 0
    )
ORDER BY event_time, event_id, event_key;
