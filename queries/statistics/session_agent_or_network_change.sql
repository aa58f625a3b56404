-- /// query
-- name = "session_agent_or_network_change"
-- title = "Sessions that change hands"
-- question = "Did the tool or the network change inside one session key?"
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No session key changed tool or network."
-- look = "Two networks in the same minutes."
--
-- [example]
-- trail = "exercise"
-- ///
SELECT
    access_key_id,
    any_value(actor) AS actor,
    any_value(principal_arn) AS principal_arn,
    count(DISTINCT n.network) FILTER (source_kind NOT IN ('aws_service', 'aws_internal', 'empty')) AS networks,
    count(DISTINCT agent_family) AS agent_families_used,
    some_of(source_ip_address) AS addresses,
    some_of(agent_family) AS agent_families,
    some_of(tls_details ->> '$.tlsVersion') AS tls_versions,
    count(*) AS events,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
LEFT JOIN address_networks() AS n ON n.address = source_ip_address
WHERE access_key_id LIKE 'ASIA%'
GROUP BY access_key_id
HAVING
    count(DISTINCT n.network) FILTER (source_kind NOT IN ('aws_service', 'aws_internal', 'empty')) > 1
    OR count(DISTINCT agent_family) FILTER (agent_family NOT IN ('aws_service', 'none')) > 1
ORDER BY networks DESC, agent_families_used DESC, access_key_id;
