-- /// query
-- name = "activity_by_identity_center_user"
-- title = "What a workforce user did"
-- question = "What did this IAM Identity Center user do, across accounts and across both eras of records?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No record of this workforce user. Records since July 2025 carry the user id only: add inputs/people.csv to search by name."
-- look = "Accounts and permission sets opened, the addresses of portal sign-ins."
--
-- [params]
-- identity_user = { type = "VARCHAR", entity = "principal", help = "User id, user name or e-mail; inputs/people.csv maps ids to names" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- identity_user = "90676f7a-1234"
-- ///
-- Candidates by their text first, and kept: otherwise DuckDB reads the JSON of every event.
WITH candidates AS MATERIALIZED (
    SELECT *
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        contains(CAST(user_identity AS VARCHAR), 'onBehalfOf')
        OR contains(CAST(additional_event_data AS VARCHAR), 'identitystore')
        OR same_name(user_name, $identity_user)
        OR same_name(role_session_name, $identity_user)
)

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
    user_identity ->> '$.onBehalfOf.userId' AS identity_user_id,
    user_identity ->> '$.credentialId' AS credential_id,
    regexp_extract(session_issuer_arn, 'AWSReservedSSO_(.*)_[0-9a-f]{16}$', 1) AS permission_set,
    role_session_name,
    event_id,
    event_key,
    verification
FROM candidates
WHERE
    same_name(user_identity ->> '$.onBehalfOf.userId', $identity_user)
    OR same_name(additional_event_data ->> '$."identitystore:UserId"', $identity_user)
    OR (user_identity_type IN ('Unknown', 'IdentityCenterUser') AND same_name(user_name, $identity_user))
    OR (session_issuer_arn LIKE '%/AWSReservedSSO!_%' ESCAPE '!' AND same_name(role_session_name, $identity_user))
    OR (
        lower($identity_user) IN (SELECT lower(people.user_name) FROM people WHERE people.user_id = (user_identity ->> '$.onBehalfOf.userId'))
    )
ORDER BY event_time, event_id, event_key;
