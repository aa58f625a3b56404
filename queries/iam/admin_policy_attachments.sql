-- /// query
-- name = "admin_policy_attachments"
-- title = "Administrator policies handed out"
-- question = "Who handed out administrator-grade policies?"
-- events = ["iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:AttachGroupPolicy"]
-- attack = ["T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text. Attachments that were refused do not name their policy."
-- look = "Who got it, and whether it was taken away again."
--
-- [params]
-- admin_policy_arns = { type = "VARCHAR[]", default = [], help = "Further policies that count as such" }
--
-- [timeline]
-- message = ["{actor} attached {policy_arn}", "to {subject}", "and got {error_class}"]
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
    request_parameters ->> '$.policyArn' AS policy_arn,
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
    AND (
        regexp_matches(request_parameters ->> '$.policyArn', ':policy/(.*/)?(AdministratorAccess.*|PowerUserAccess|IAMFullAccess|.*FullAccess)$')
        OR list_contains(CAST($admin_policy_arns AS VARCHAR[]), request_parameters ->> '$.policyArn')
    )
ORDER BY event_time, event_id, event_key;
