-- /// query
-- name = "kms_decrypt_activity"
-- title = "Decryption with KMS keys"
-- question = "What was decrypted or wrapped with which key, for what, by whom?"
-- events = [
--   "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKeyPair",
--   "kms:GenerateDataKeyPairWithoutPlaintext", "kms:ReEncrypt", "kms:Encrypt",
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
-- key = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a key id, ARN or alias; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "secrets_theft"
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
    coalesce(list_filter(list_transform(as_list(resources), lambda r: coalesce(r ->> '$.ARN', r ->> '$.arn')), lambda a: a LIKE '%:key/%')[1], request_parameters ->> '$.keyId', request_parameters ->> '$.destinationKeyId') AS key_arn,
    CAST(json_extract(request_parameters, '$.encryptionContext') AS VARCHAR) AS encryption_context,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'kms.amazonaws.com' AND event_base_name IN (
            'Decrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKeyPair',
            'GenerateDataKeyPairWithoutPlaintext', 'ReEncrypt', 'Encrypt'
        )
    AND mentions($key, request_parameters, response_elements, resources, error_message)
    AND (NOT $people_only OR invoked_by IS NULL)
ORDER BY event_time, event_id, event_key;
