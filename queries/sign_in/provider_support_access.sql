-- /// query
-- name = "provider_support_access"
-- title = "Access by the provider"
-- question = "Did AWS support or another service role of the provider come in?"
-- events = ["sts:AssumeRole"]
-- attack = ["T1199"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No access by support is recorded."
-- look = "Whether a case was open at the time."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
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
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRole' AND user_agent = 'support.amazonaws.com')
    OR session_issuer_arn LIKE '%/AWSServiceRoleForSupport'
ORDER BY event_time, event_id, event_key;
