-- /// query
-- name = "inline_policy_writes"
-- title = "Inline policies"
-- question = "Which inline policies were added, replaced or removed, and what do they say?"
-- events = [
--   "iam:PutUserPolicy", "iam:PutRolePolicy", "iam:PutGroupPolicy", "iam:DeleteUserPolicy",
--   "iam:DeleteRolePolicy", "iam:DeleteGroupPolicy",
-- ]
-- attack = ["T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Wildcards; names that look like AWS's own."
--
-- [params]
-- subject = { type = "VARCHAR", entity = "principal", default = "", help = "User, role or group; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}: {policy_name}", "for {subject}", "({remarks})"]
--
-- [example]
-- trail = "privilege_escalation"
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
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    request_parameters ->> '$.policyName' AS policy_name,
    policy_sentences(document) AS says,
    policy_remarks(document, recipient_account_id) AS remarks,
    event_id,
    event_key,
    verification
FROM (
    SELECT *, policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'DeleteUserPolicy', 'DeleteRolePolicy',
            'DeleteGroupPolicy'
        )
    AND ($subject = '' OR same_name(target, $subject))
ORDER BY event_time, event_id, event_key;
