-- /// query
-- name = "activity_by_role_session"
-- title = "What one role session did"
-- question = "What did this one session of a role do?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events. The caller chooses the session name: the same name may stand for several sessions."
-- look = "Whether one name hides several sessions: compare session_created_at and keys."
--
-- [params]
-- session_name = { type = "VARCHAR", entity = "session", help = "Session name: the text behind the last slash of the session ARN" }
-- role = { type = "VARCHAR", default = "", help = "Role name or ARN; none given means any role" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- session_name = "reporting-sync"
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
    role_session_name,
    session_created_at,
    mfa,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    user_identity_type = 'AssumedRole'
    AND role_session_name = $session_name
    AND ($role = '' OR same_name(session_issuer_arn, $role) OR same_name(name_of_arn(session_issuer_arn), $role))
ORDER BY event_time, event_id, event_key;
