-- /// query
-- name = "group_membership_and_group_changes"
-- title = "Groups and their members"
-- question = "Who joined which group; which groups were made, deleted or given policies?"
-- events = [
--   "iam:AddUserToGroup", "iam:RemoveUserFromGroup", "iam:CreateGroup", "iam:DeleteGroup",
--   "iam:AttachGroupPolicy", "iam:DetachGroupPolicy", "iam:PutGroupPolicy", "iam:DeleteGroupPolicy",
-- ]
-- attack = ["T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Users who join an administrators' group."
--
-- [params]
-- group_name = { type = "VARCHAR", entity = "principal", default = "", help = "Group; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}: {user_added_or_removed} {group_name}", "and got {error_class}"]
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
    request_parameters ->> '$.groupName' AS group_name,
    request_parameters ->> '$.userName' AS user_added_or_removed,
    request_parameters ->> '$.policyArn' AS policy_arn,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'AddUserToGroup', 'RemoveUserFromGroup', 'CreateGroup', 'DeleteGroup', 'AttachGroupPolicy',
            'DetachGroupPolicy', 'PutGroupPolicy', 'DeleteGroupPolicy'
        )
    AND ($group_name = '' OR same_name(request_parameters ->> '$.groupName', $group_name))
ORDER BY event_time, event_id, event_key;
