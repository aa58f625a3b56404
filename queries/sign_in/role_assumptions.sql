-- /// query
-- name = "role_assumptions"
-- title = "Roles taken"
-- question = "Who took which role, from where, with which session name?"
-- events = [
--   "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoot",
--   "rolesanywhere:CreateSession",
-- ]
-- attack = ["T1078.004", "T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No role was taken as far as is recorded."
-- look = "Callers that never took the role before, sessions from outside, service roles taken by people."
--
-- [params]
-- role = { type = "VARCHAR", entity = "principal", default = "", help = "Role name or ARN; none given means all" }
--
-- [timeline]
-- message = ["{actor} took {requested_role_arn}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
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
    user_identity_type,
    requested_role_arn,
    request_parameters ->> '$.roleSessionName' AS session_name,
    request_parameters ->> '$.externalId' AS external_id,
    issued_access_key_id,
    mfa,
    invoked_by,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'sts.amazonaws.com' AND event_base_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot'))
        OR (event_source = 'rolesanywhere.amazonaws.com' AND event_base_name = 'CreateSession')
    )
    AND ($role = '' OR same_name(requested_role_arn, $role) OR same_name(name_of_arn(requested_role_arn), $role))
ORDER BY event_time, event_id, event_key;
