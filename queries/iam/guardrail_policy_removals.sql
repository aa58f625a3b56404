-- /// query
-- name = "guardrail_policy_removals"
-- title = "Deny and quarantine policies removed"
-- question = "Which deny, quarantine, boundary or session-revocation policies were detached or deleted?"
-- events = [
--   "iam:DetachUserPolicy", "iam:DetachRolePolicy", "iam:DetachGroupPolicy", "iam:DeleteUserPolicy",
--   "iam:DeleteRolePolicy", "iam:DeleteGroupPolicy", "iam:DeletePolicy",
-- ]
-- attack = ["T1562.001", "T1098"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "AWSCompromisedKeyQuarantine taken off by the key's own user."
--
-- [timeline]
-- message = ["{actor} removed {policy} from {subject}"]
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
    coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName') AS policy,
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'DetachUserPolicy', 'DetachRolePolicy', 'DetachGroupPolicy', 'DeleteUserPolicy', 'DeleteRolePolicy',
            'DeleteGroupPolicy', 'DeletePolicy'
        )
    AND regexp_matches(
        lower(coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName')),
        'deny|quarantine|boundary|revoke|exposedcredential|guardrail|block'
    )
ORDER BY event_time, event_id, event_key;
