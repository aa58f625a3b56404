-- /// query
-- name = "actions_by_principal"
-- title = "What a principal did"
-- question = "What did this user, role, root or federated user do, in order?"
-- aliases = ["activity_by_principal"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call of this principal. Failed sign-ins and calls from other accounts carry no ARN: try the user name, the unique id, or actions_by_source_ip."
-- look = "First and last call, refusals, writes; names that were deleted and made again have several unique ids."
--
-- [params]
-- principal = { type = "VARCHAR", entity = "principal", help = "ARN, name, unique id (AIDA, AROA) or session name; * stands for anything" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- principal = "svc-reporting"
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
    role_session_name,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    is_principal($principal, actor, principal_arn, session_issuer_arn, user_name, principal_id)
    OR same_name(role_session_name, $principal)
    OR (contains($principal, '*') AND (matches(actor, $principal) OR matches(principal_arn, $principal) OR matches(user_name, $principal)))
ORDER BY event_time, event_id, event_key;
