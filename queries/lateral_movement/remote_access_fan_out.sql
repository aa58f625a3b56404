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
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(request_parameters ->> '$.target', request_parameters ->> '$.instanceId', CAST(json_extract(request_parameters, '$.instanceIds') AS VARCHAR), CAST(json_extract(request_parameters, '$.targets') AS VARCHAR), nullif(denied_resource(error_message), '*'), CAST(event_key AS VARCHAR)) AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        (
            (event_source = 'ssm.amazonaws.com' AND event_base_name IN ('StartSession', 'SendCommand'))
            OR (event_source = 'ec2-instance-connect.amazonaws.com' AND event_base_name IN ('SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey', 'OpenTunnel'))
        )
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, event_names, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_instances)
ORDER BY first_time, who;
