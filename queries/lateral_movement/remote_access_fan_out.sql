-- /// query
-- name = "remote_access_fan_out"
-- title = "Many instances reached in a short time"
-- question = "Who opened shells, ran commands or pushed keys on many instances within a short time?"
-- attack = ["T1021.007", "T1651"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html"]
-- cost = "scan"
-- empty = "Nobody reached that many instances in such a window. One command can reach a whole fleet by tag: read ssm_commands."
-- look = "Shells on one machine after another, by somebody who never administers machines."
--
-- [params]
-- minutes = { type = "BIGINT", default = 30, help = "Length of the sliding window in minutes" }
-- min_instances = { type = "BIGINT", default = 3, help = "Different instances (or target lists) within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "secrets_theft"
-- ///
WITH calls AS (
    SELECT
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(request_parameters ->> '$.target', request_parameters ->> '$.instanceId', CAST(json_extract(request_parameters, '$.instanceIds') AS VARCHAR), CAST(json_extract(request_parameters, '$.targets') AS VARCHAR), nullif(denied_resource(error_message), '*'), CAST(event_key AS VARCHAR)) AS thing,
        event_time,
        event_id,
        actor,
        access_key_id,
        source_ip_address,
        agent_family,
        aws_region,
        recipient_account_id,
        outcome,
        verification,
        event_base_name
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        (
            (event_source = 'ssm.amazonaws.com' AND event_base_name IN ('StartSession', 'SendCommand'))
            OR (event_source = 'ec2-instance-connect.amazonaws.com' AND event_base_name IN ('SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey', 'OpenTunnel'))
        )
)

SELECT
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    some_of(event_base_name) AS event_names,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM bursts('calls', $minutes, $min_instances)
GROUP BY who, burst
ORDER BY first_time, who;
