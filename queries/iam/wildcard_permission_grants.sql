-- /// query
-- name = "wildcard_permission_grants"
-- title = "Documents that grant everything"
-- question = "Which policy documents grant everything, all of IAM, or PassRole and AssumeRole on everything?"
-- events = [
--   "iam:PutUserPolicy", "iam:PutRolePolicy", "iam:PutGroupPolicy", "iam:CreatePolicy", "iam:CreatePolicyVersion",
-- ]
-- attack = ["T1098.003", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Everything on everything."
--
-- [timeline]
-- message = ["{actor} wrote a policy that allows {wide_actions}", "for {subject}"]
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
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    list_filter(actions_allowed(document), lambda a:
        a = '*' OR a LIKE 'all but %' OR lower(a) IN ('iam:*', 'sts:*', 'iam:passrole', 'sts:assumerole', 'organizations:*')
    ) AS wide_actions,
    policy_sentences(document) AS says,
    event_id,
    event_key,
    verification
FROM (
    SELECT *, policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion'
        )
    AND len(list_filter(actions_allowed(document), lambda a:
        a = '*' OR a LIKE 'all but %' OR lower(a) IN ('iam:*', 'sts:*', 'iam:passrole', 'sts:assumerole', 'organizations:*')
    )) > 0
    AND contains(CAST(document AS VARCHAR), '"*"')
ORDER BY event_time, event_id, event_key;
