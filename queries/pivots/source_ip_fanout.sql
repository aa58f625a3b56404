-- /// query
-- name = "source_ip_fanout"
-- title = "Addresses shared by several principals"
-- question = "Which principals, keys and accounts share an address?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No address is shared by that many principals."
-- look = "A single outside address that acts as several people, roles or accounts."
--
-- [params]
-- min_principals = { type = "BIGINT", default = 2, help = "Principals at least" }
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    source_ip_address,
    any_value(source_kind) AS source_kind,
    count(DISTINCT actor) AS principals,
    count(DISTINCT access_key_id) AS access_keys,
    count(DISTINCT recipient_account_id) AS accounts,
    some_of(actor) AS actors,
    count(*) AS events,
    count(*) FILTER (outcome IN ('denied', 'failed')) AS errors,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    some_of(agent_family) AS agent_families,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE source_kind NOT IN ('aws_service', 'aws_internal', 'empty')
GROUP BY source_ip_address
HAVING count(DISTINCT actor) >= $min_principals
ORDER BY principals DESC, events DESC, source_ip_address;
