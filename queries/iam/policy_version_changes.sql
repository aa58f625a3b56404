-- /// query
-- name = "policy_version_changes"
-- title = "Versions of managed policies"
-- question = "Which versions of managed policies were made, set as default, rolled back or deleted?"
-- events = [
--   "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicyVersion",
--   "iam:DeletePolicy",
-- ]
-- attack = ["T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "A version with wildcards set as default, then rolled back."
--
-- [timeline]
-- message = ["{actor} called {event_name}: {policy}", "({remarks})"]
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
    coalesce(request_parameters ->> '$.policyArn', response_elements ->> '$.policy.arn', request_parameters ->> '$.policyName', denied_resource(error_message)) AS policy,
    coalesce(request_parameters ->> '$.versionId', response_elements ->> '$.policyVersion.versionId') AS version_id,
    request_parameters ->> '$.setAsDefault' AS set_as_default,
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
            'CreatePolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicyVersion', 'DeletePolicy'
        )
ORDER BY event_time, event_id, event_key;
