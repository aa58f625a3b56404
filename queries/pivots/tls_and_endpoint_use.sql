-- /// query
-- name = "tls_and_endpoint_use"
-- title = "TLS versions and host headers"
-- question = "Which clients use old TLS, odd endpoints or host headers?"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No record carries TLS details; they are absent in old records and in calls made inside AWS."
-- look = "TLS 1.0 or 1.1, host headers that are no AWS endpoint."
--
-- [example]
-- trail = "exercise"
-- ///
WITH calls AS (
    SELECT tls_details, actor, agent_family, event_time, event_id, verification
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE tls_details IS NOT NULL
),

-- read once for each text, not once for each event
forms AS (
    SELECT
        tls_details,
        tls_details ->> '$.tlsVersion' AS tls_version,
        tls_details ->> '$.cipherSuite' AS cipher_suite,
        tls_details ->> '$.clientProvidedHostHeader' AS host_header
    FROM (SELECT DISTINCT tls_details FROM calls)
)

SELECT
    tls_version,
    cipher_suite,
    host_header,
    actor,
    agent_family,
    count(*) AS events,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM calls
JOIN forms USING (tls_details)
GROUP BY ALL
ORDER BY events, tls_version, host_header, actor, cipher_suite, agent_family;
