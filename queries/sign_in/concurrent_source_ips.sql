-- /// query
-- name = "concurrent_source_ips"
-- title = "Keys used from several networks at once"
-- question = "Which key or session was in use from several networks within a short time?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No key was in use from that many networks within the window."
-- look = "Keys of people; shared automation keys do this every day."
--
-- [params]
-- min_networks = { type = "BIGINT", default = 2, help = "Networks (/24, /48) at once at least" }
-- minutes = { type = "BIGINT", default = 60, help = "Length of the sliding window in minutes" }
--
-- [example]
-- trail = "leaked_key"
-- minutes = 1440
-- ///
WITH calls AS (
    SELECT e.*, n.network
    FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
    JOIN address_networks() AS n ON n.address = e.source_ip_address
    WHERE e.access_key_id IS NOT NULL AND e.source_kind NOT IN ('aws_service', 'aws_internal', 'empty')
),

uses AS (
    SELECT
        *,
        count(DISTINCT network) OVER (
            PARTITION BY access_key_id ORDER BY event_time RANGE BETWEEN to_minutes($minutes) PRECEDING AND CURRENT ROW
        ) AS networks_in_window
    FROM calls
    -- most keys stay in one network: only the others are looked at minute by minute
    WHERE access_key_id IN (SELECT access_key_id FROM calls GROUP BY access_key_id HAVING count(DISTINCT network) >= $min_networks)
)

SELECT
    access_key_id,
    any_value(actor) AS actor,
    max(networks_in_window) AS networks_at_once,
    count(DISTINCT network) AS networks,
    some_of(source_ip_address) AS addresses,
    some_of(agent_family) AS agent_families,
    count(*) AS events,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM uses
GROUP BY access_key_id
HAVING max(networks_in_window) >= $min_networks
ORDER BY networks_at_once DESC, access_key_id;
