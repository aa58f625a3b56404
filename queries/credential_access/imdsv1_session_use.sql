-- /// query
-- name = "imdsv1_session_use"
-- title = "Sessions got from unauthenticated metadata"
-- question = "Which instance role sessions came from the old, unauthenticated metadata service, and from where were they used?"
-- attack = ["T1552.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html",
-- ]
-- cost = "scan"
-- empty = "No call carries the mark of unauthenticated metadata. Records of other years have no such mark."
-- look = "Instances that serve the web, addresses outside: a forged request can fetch such credentials."
--
-- [example]
-- trail = "s3_ransom"
-- ///
SELECT
    role_session_name,
    session_issuer_arn,
    recipient_account_id,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    count(DISTINCT access_key_id) AS different_keys,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(event_name) AS event_names,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    first_ids(event_id, event_time) AS event_ids,
    verifications(verification) AS verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    user_identity_type = 'AssumedRole'
    AND contains(CAST(user_identity AS VARCHAR), 'ec2RoleDelivery')
    AND (user_identity ->> '$.sessionContext.ec2RoleDelivery') = '1.0'
GROUP BY role_session_name, session_issuer_arn, recipient_account_id
ORDER BY first_time, role_session_name;
