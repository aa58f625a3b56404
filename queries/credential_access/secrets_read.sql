-- /// query
-- name = "secrets_read"
-- title = "Secrets that were read"
-- question = "Which secrets were read or asked for, by whom, from where, and which were refused?"
-- events = ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]
-- attack = ["T1555.006"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-cloudtrail.html"]
-- empty = "No recorded read of a secret: GetSecretValue is a management event and needs no data events."
-- look = "Many secrets by one credential, console or CLI reads of secrets that only applications use, refused tries."
--
-- [params]
-- secret = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a secret name or ARN; refused calls that name nothing are shown too. None given means all" }
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
    list_distinct(list_filter(list_concat(as_texts(json_extract(request_parameters, '$.secretIdList')), [coalesce(request_parameters ->> '$.secretId', denied_resource(error_message))]), lambda x: x IS NOT NULL)) AS secret_ids,
    CAST(json_extract(request_parameters, '$.filters') AS VARCHAR) AS filters,
    request_parameters ->> '$.versionStage' AS version_stage,
    request_parameters ->> '$.versionId' AS version_id,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'secretsmanager.amazonaws.com' AND event_base_name IN (
            'GetSecretValue', 'BatchGetSecretValue'
        )
    AND mentions($secret, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
