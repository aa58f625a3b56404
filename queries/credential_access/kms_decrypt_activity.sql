-- /// query
-- name = "kms_decrypt_activity"
-- title = "Decryption with KMS keys, by key and actor"
-- question = "What was decrypted or wrapped with which key, by whom, through which service, how often?"
-- events = [
--   "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKeyPair",
--   "kms:ReEncrypt", "kms:Encrypt",
-- ]
-- attack = ["T1555.006", "T1530"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html"]
-- cost = "scan"
-- empty = "No recorded use of KMS keys for decryption. Some trails exclude KMS events (selector excludeManagementEventSources)."
-- look = "Decryption by people, contexts that name secrets, parameters or buckets; foreign accounts."
--
-- [params]
-- people_only = { type = "BOOLEAN", default = false, help = "Leave out calls that a service made on behalf of somebody" }
-- key = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a key id, ARN, alias or encryption context; refused calls that name nothing are shown too. None given means all" }
--
-- [example]
-- trail = "secrets_theft"
-- ///
WITH calls AS (
    SELECT
        *,
        coalesce(resources ->> '$[0].ARN', resources ->> '$[0].arn', request_parameters ->> '$.keyId', target) AS key_arn,
        json_extract_string(request_parameters, '$.encryptionContext') AS context
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'kms.amazonaws.com'
        AND event_base_name IN (
            'Decrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKeyPair',
            'GenerateDataKeyPairWithoutPlaintext', 'ReEncrypt', 'Encrypt'
        )
        AND (NOT $people_only OR invoked_by IS NULL)
        AND mentions($key, request_parameters, response_elements, resources, error_message)
)

SELECT
    key_arn,
    actor,
    event_base_name AS event_name,
    invoked_by,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    count(DISTINCT context) AS different_contexts,
    min(DISTINCT context, 10) AS contexts,
    min(DISTINCT source_ip_address, 10) AS source_ip_addresses,
    min(DISTINCT access_key_id, 10) AS access_key_ids,
    min(DISTINCT recipient_account_id, 10) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    first_ids(event_id, event_time) AS event_ids,
    verifications(verification) AS verification
FROM calls
GROUP BY key_arn, actor, event_base_name, invoked_by
ORDER BY first_time, key_arn, actor, event_name, invoked_by;
