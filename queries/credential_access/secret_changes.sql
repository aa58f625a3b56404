-- /// query
-- name = "secret_changes"
-- title = "Changes of secrets"
-- question = "Which secrets were altered, opened by policy, copied to other regions or deleted, and can they be restored?"
-- events = [
--   "secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret",
--   "secretsmanager:UpdateSecretVersionStage", "secretsmanager:PutResourcePolicy",
--   "secretsmanager:DeleteResourcePolicy", "secretsmanager:ReplicateSecretToRegions",
--   "secretsmanager:RemoveRegionsFromReplication", "secretsmanager:StopReplicationToReplica",
--   "secretsmanager:DeleteSecret", "secretsmanager:RestoreSecret", "secretsmanager:CancelRotateSecret",
--   "secretsmanager:RotateSecret",
-- ]
-- attack = ["T1555.006", "T1485"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-cloudtrail.html"]
-- empty = "No recorded change of secrets."
-- look = "Deletion without recovery, policies that let in other accounts, replicas in unused regions."
--
-- [params]
-- secret = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a secret name or ARN; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "destruction"
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
    coalesce(request_parameters ->> '$.secretId', request_parameters ->> '$.name') AS secret_id,
    CASE
        WHEN event_base_name = 'DeleteSecret' AND NOT was_done(outcome) THEN FALSE
        WHEN event_base_name = 'DeleteSecret' AND kept(request_parameters)
            THEN coalesce(as_flag(json_extract(request_parameters, '$.forceDeleteWithoutRecovery')), FALSE)
    END AS without_recovery,
    request_parameters ->> '$.recoveryWindowInDays' AS recovery_days,
    list_transform(as_list(json_extract(request_parameters, '$.addReplicaRegions')), lambda r: r ->> '$.region') AS copied_to,
    CASE WHEN event_base_name = 'PutResourcePolicy' THEN policy_remarks(policy_of(event_source, event_base_name, request_parameters, response_elements), recipient_account_id) END AS remarks,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'secretsmanager.amazonaws.com' AND event_base_name IN (
            'CreateSecret', 'PutSecretValue', 'UpdateSecret', 'UpdateSecretVersionStage', 'PutResourcePolicy',
            'DeleteResourcePolicy', 'ReplicateSecretToRegions', 'RemoveRegionsFromReplication',
            'StopReplicationToReplica', 'DeleteSecret', 'RestoreSecret', 'CancelRotateSecret', 'RotateSecret'
        )
    AND mentions($secret, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
