-- /// query
-- name = "role_self_assumption"
-- title = "Sessions that renew themselves"
-- question = "Does a session keep itself alive by taking its own or a partner role?"
-- events = ["sts:AssumeRole"]
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No session took its own role, and no two roles took one another."
-- look = "Hourly repetition."
--
-- [timeline]
-- message = ["{session_issuer_arn} took {requested_role_arn} again"]
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
    session_issuer_arn,
    requested_role_arn,
    requested_role_arn = session_issuer_arn AS own_role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'sts.amazonaws.com'
    AND event_base_name = 'AssumeRole'
    AND user_identity_type = 'AssumedRole'
    AND (
        requested_role_arn = session_issuer_arn
        OR (session_issuer_arn, requested_role_arn) IN (
            SELECT (requested_role_arn, session_issuer_arn)
            FROM around_scope($accounts, $regions)
            WHERE event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRole' AND user_identity_type = 'AssumedRole'
        )
    )
ORDER BY event_time, event_id, event_key;
