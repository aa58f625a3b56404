-- /// query
-- name = "iam_changes"
-- title = "Changes in IAM"
-- question = "Every write to IAM, in order: by whom, to what, and what it says?"
-- aliases = ["iam_changes_timeline"]
-- events = [
--   "iam:CreateUser", "iam:CreateRole", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:AttachUserPolicy",
--   "iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion",
-- ]
-- attack = ["T1098", "T1136.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No write to IAM is recorded. IAM records stand in us-east-1 only: an archive without that region cannot answer."
-- look = "Keys and passwords made for others, administrator policies, trust policies that let accounts in, changes by a principal to itself."
--
-- [params]
-- subject = { type = "VARCHAR", entity = "principal", default = "", help = "User, role, group or policy that was changed; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {subject}", "with {policy}", "and got {error_class}"]
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
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName') AS subject,
    coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName') AS policy,
    issued_access_key_id AS new_access_key_id,
    actions_allowed(policy_of(event_source, event_base_name, request_parameters, response_elements)) AS actions_allowed,
    policy_remarks(policy_of(event_source, event_base_name, request_parameters, response_elements), recipient_account_id) AS remarks,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com'
    AND event_class NOT IN ('read', 'list')
    AND event_base_name NOT LIKE 'Get%'
    AND event_base_name NOT LIKE 'List%'
    AND event_base_name NOT LIKE 'Generate%'
    AND event_base_name NOT LIKE 'Simulate%'
    AND ($subject = '' OR same_name(target, $subject) OR contains(lower(CAST(request_parameters AS VARCHAR)), lower('"' || $subject || '"')) OR contains(lower(error_message), lower($subject)))
ORDER BY event_time, event_id, event_key;
