-- /// query
-- name = "managed_policy_attachments"
-- title = "Managed policies attached and detached"
-- question = "Which managed policies were attached or detached, to whom?"
-- events = [
--   "iam:AttachUserPolicy", "iam:AttachRolePolicy", "iam:AttachGroupPolicy", "iam:DetachUserPolicy",
--   "iam:DetachRolePolicy", "iam:DetachGroupPolicy",
-- ]
-- attack = ["T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Administrator policies; detached deny policies."
--
-- [params]
-- policy_arn = { type = "VARCHAR", entity = "resource", default = "", help = "Policy ARN; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}: {policy_arn}", "for {subject}", "and got {error_class}"]
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
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'DetachUserPolicy', 'DetachRolePolicy',
            'DetachGroupPolicy'
        )
    AND ($policy_arn = '' OR (request_parameters ->> '$.policyArn') = $policy_arn)
ORDER BY event_time, event_id, event_key;
