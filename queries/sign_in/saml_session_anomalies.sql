-- /// query
-- name = "saml_session_anomalies"
-- title = "Unusual SAML sessions"
-- question = "Which SAML sessions have a new issuer or provider, or use an assertion again?"
-- events = ["sts:AssumeRoleWithSAML"]
-- attack = ["T1606.002"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "One issuer only, and no assertion was used twice."
-- look = "An issuer that is not the company's."
--
-- [timeline]
-- message = ["SAML session of {user_name} by {issuer}"]
--
-- [example]
-- trail = "exercise"
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
    user_name,
    requested_role_arn,
    issuer,
    assertion_id,
    uses_of_assertion,
    issuer_rank = 1 AND issuers > 1 AS first_of_issuer,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY issuer ORDER BY event_time, event_id, event_key) AS issuer_rank,
        count(*) OVER (PARTITION BY coalesce(assertion_id, CAST(event_key AS VARCHAR))) AS uses_of_assertion,
        (
            SELECT count(DISTINCT response_elements ->> '$.issuer')
            FROM around_scope($accounts, $regions)
            WHERE event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRoleWithSAML'
        ) AS issuers
    FROM (
        SELECT
            *,
            response_elements ->> '$.issuer' AS issuer,
            request_parameters ->> '$.sAMLAssertionID' AS assertion_id
        FROM scoped($since, $until, $accounts, $regions, $outcome)
        WHERE event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRoleWithSAML'
    )
)
WHERE
    event_base_name = 'AssumeRoleWithSAML'
    AND (issuer_rank = 1 AND issuers > 1 OR uses_of_assertion > 1)
ORDER BY event_time, event_id, event_key;
