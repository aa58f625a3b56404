-- /// query
-- name = "parameters_read"
-- title = "Parameters that were read"
-- question = "Which Parameter Store values were read, decrypted or not, by whom and from where?"
-- events = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"]
-- attack = ["T1555.006"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html"]
-- empty = "No recorded read of parameters."
-- look = "Decrypted reads by path and recursive, by people or from outside; refused tries."
--
-- [params]
-- decrypted_only = { type = "BOOLEAN", default = false, help = "Only reads that asked for decrypted values" }
-- parameter = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a parameter name or path; refused calls that name nothing are shown too. None given means all" }
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
    list_distinct(list_filter(list_concat(as_texts(json_extract(request_parameters, '$.names')), [coalesce(request_parameters ->> '$.name', request_parameters ->> '$.path', denied_resource(error_message))]), lambda x: x IS NOT NULL)) AS parameter_names,
    request_parameters ->> '$.recursive' AS recursive,
    CASE
        WHEN NOT was_done(outcome) THEN FALSE
        WHEN kept(request_parameters) THEN coalesce(as_flag(json_extract(request_parameters, '$.withDecryption')), FALSE)
    END AS decrypted,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ssm.amazonaws.com' AND event_base_name IN (
            'GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory'
        )
    AND mentions($parameter, request_parameters, response_elements, resources, error_message)
    AND (NOT $decrypted_only OR (request_parameters ->> '$.withDecryption') = 'true')
ORDER BY event_time, event_id, event_key;
