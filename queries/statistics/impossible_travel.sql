-- /// query
-- name = "impossible_travel"
-- title = "Too far in too short a time"
-- question = "Which key or identity acted from two places that nobody can travel between in the time between the calls?"
-- needs = ["input:address_places"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No key moved faster than that between places that the address database knows."
-- look = "Keys of people. Addresses of cloud providers and VPN exits are marked in remarks: a change to one of them is no journey."
--
-- [params]
-- max_kmh = { type = "DOUBLE", default = 900.0, help = "Speed in km an hour that is still possible" }
-- min_km = { type = "DOUBLE", default = 300.0, help = "Shorter distances are within the error of address databases" }
-- hours = { type = "BIGINT", default = 8, help = "Where the database knows the country alone: hours within which another country stands out" }
--
-- [example]
-- trail = "exercise"
-- ///
WITH calls AS (
    SELECT
        coalesce(access_key_id, actor) AS who, e.event_time, e.event_id, e.event_key, e.source_ip_address, e.actor, e.access_key_id, e.event_name,
        e.user_agent, e.aws_region, e.recipient_account_id, e.verification, p.country, p.city, p.latitude, p.longitude,
        p.network_operator
    FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
    JOIN address_places AS p ON p.address = e.source_ip_address
    WHERE is_address(e.source_kind) AND e.invoked_by IS NULL
),

pairs AS (
    SELECT
        *,
        lag(struct_pack(
            at := event_time, id := event_id, address := source_ip_address, country := country, city := city, latitude := latitude,
            longitude := longitude, operator := network_operator
        )) OVER (PARTITION BY who ORDER BY event_time, event_id) AS before
    FROM calls
),

moved AS (
    SELECT
        *,
        km_between(before.latitude, before.longitude, latitude, longitude) AS km,
        date_diff('second', before.at, event_time) AS seconds
    FROM pairs
    WHERE before IS NOT NULL AND before.address <> source_ip_address
)

SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    before.address AS from_address,
    concat_ws(', ', before.city, before.country) AS from_place,
    before.at AS from_time,
    source_ip_address,
    concat_ws(', ', city, country) AS to_place,
    round(km) AS km,
    round(seconds / 60.0, 1) AS minutes,
    CASE WHEN km IS NOT NULL THEN round(km * 3600 / greatest(seconds, 1)) END AS kmh,
    list_filter([
        CASE WHEN km IS NULL THEN 'the database knows countries alone' END,
        'from ' || before.operator,
        'to ' || network_operator,
        CASE WHEN EXISTS (SELECT 1 FROM aws_ranges AS r WHERE ip_number(before.address) BETWEEN r.low AND r.high) THEN 'from an address of AWS' END,
        CASE WHEN EXISTS (SELECT 1 FROM aws_ranges AS r WHERE ip_number(source_ip_address) BETWEEN r.low AND r.high) THEN 'to an address of AWS' END,
        'from the known network ' || (SELECT min(n.name) FROM networks AS n WHERE ip_number(before.address) BETWEEN n.low AND n.high),
        'to the known network ' || (SELECT min(n.name) FROM networks AS n WHERE ip_number(source_ip_address) BETWEEN n.low AND n.high)
    ], lambda x: x IS NOT NULL) AS remarks,
    event_name,
    user_agent,
    before.id AS from_event_id,
    event_id,
    event_key,
    verification
FROM moved
WHERE
    (km >= $min_km AND km * 3600 / greatest(seconds, 1) > $max_kmh)
    OR (km IS NULL AND country <> before.country AND seconds < 3600 * $hours)
ORDER BY event_time, event_id, event_key;
