-- /// query
-- name = "instance_credentials_off_host"
-- title = "Instance credentials used from other addresses"
-- question = "Was the role session of an instance used from an address that is not known as one of the instance?"
-- attack = ["T1552.005", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html",
-- ]
-- cost = "scan"
-- empty = "Every public address from which instance sessions acted is known: from launches, address associations, or networks in inputs/."
-- look = "One session used from two addresses (these rows stand first), a tool in the agent; NAT gateways of the company belong into inputs/networks.csv."
--
-- [params]
-- private_too = { type = "BOOLEAN", default = false, help = "Also private addresses, which come through VPC endpoints" }
--
-- [example]
-- trail = "s3_ransom"
-- ///
WITH sessions AS (
    SELECT *, role_session_name AS instance_id
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        starts_with(role_session_name, 'i-')
        AND regexp_full_match(role_session_name, 'i-[0-9a-f]{8,17}')
        AND source_kind NOT IN ('aws_service', 'aws_internal', 'empty', 'other')
        AND invoked_by IS NULL
),

known AS (
    SELECT i ->> '$.instanceId' AS instance_id, unnest([i ->> '$.privateIpAddress', i ->> '$.ipAddress']) AS address
    FROM (
        SELECT unnest(items_of(json_extract(response_elements, '$.instancesSet'))) AS i
        FROM around_scope($accounts, $regions)
        WHERE event_source = 'ec2.amazonaws.com' AND event_base_name IN ('RunInstances', 'StartInstances') AND outcome = 'success'
    )
    UNION
    SELECT coalesce(request_parameters ->> '$.instanceId', ''), coalesce(request_parameters ->> '$.publicIp', response_elements ->> '$.publicIp')
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'ec2.amazonaws.com' AND event_base_name = 'AssociateAddress' AND outcome = 'success'
),

places AS (
    SELECT
        s.instance_id,
        s.source_ip_address,
        some_of(s.access_key_id) AS access_key_ids,
        bool_or(s.addresses_of_key > 1) AS key_moved,
        any_value(s.actor) AS actor,
        any_value(s.recipient_account_id) AS recipient_account_id,
        min(s.event_time) AS first_time,
        max(s.event_time) AS last_time,
        count(*) AS calls,
        count_if(s.outcome IN ('denied', 'failed')) AS refused_or_failed,
        some_of(s.event_name) AS event_names,
        some_of(s.user_agent) AS user_agents,
        some_of(s.vpc_endpoint_id) AS vpc_endpoint_ids,
        any_value(s.source_kind) = 'private_ip' AS is_private,
        any_value(s.user_identity ->> '$.sessionContext.ec2RoleDelivery') AS metadata_version,
        arg_min(s.event_id, (s.event_time, s.event_id)) AS first_event_id,
        arg_max(s.event_id, (s.event_time, s.event_id)) AS last_event_id,
        first_ids(s.event_id, s.event_time) AS event_ids,
        verifications(s.verification) AS verification
    FROM (SELECT *, count(DISTINCT source_ip_address) OVER (PARTITION BY access_key_id) AS addresses_of_key FROM sessions) AS s
    GROUP BY s.instance_id, s.source_ip_address
)

SELECT
    p.instance_id,
    p.source_ip_address,
    count(*) OVER (PARTITION BY p.instance_id) AS unexplained_addresses,
    p.first_time,
    p.last_time,
    list_filter([
        CASE WHEN p.key_moved THEN 'one session used from several addresses' END,
        CASE WHEN count(*) OVER (PARTITION BY p.instance_id) > 1 THEN 'the instance has other addresses too' END,
        CASE WHEN EXISTS (SELECT 1 FROM known AS k WHERE k.instance_id = p.instance_id AND k.address IS NOT NULL) THEN 'the archive gives the instance another address' END,
        CASE WHEN p.is_private THEN 'private address: through a VPC endpoint' END
    ], lambda x: x IS NOT NULL) AS remarks,
    (SELECT min(r.service || ' ' || r.region) FROM aws_ranges AS r
        WHERE r.service <> 'AMAZON' AND ip_number(p.source_ip_address) BETWEEN r.low AND r.high) AS aws_range,
    p.access_key_ids,
    p.actor,
    p.recipient_account_id,
    p.calls,
    p.refused_or_failed,
    p.event_names,
    p.user_agents,
    p.vpc_endpoint_ids,
    p.metadata_version,
    p.first_event_id,
    p.last_event_id,
    p.event_ids,
    p.verification
FROM places AS p
WHERE
    NOT EXISTS (SELECT 1 FROM known AS k WHERE k.instance_id = p.instance_id AND k.address = p.source_ip_address)
    AND NOT EXISTS (SELECT 1 FROM networks AS n WHERE ip_number(p.source_ip_address) BETWEEN n.low AND n.high)
    AND ($private_too OR NOT p.is_private)
ORDER BY p.key_moved DESC, unexplained_addresses DESC, p.first_time, p.instance_id, p.source_ip_address;
