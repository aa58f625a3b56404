-- /// query
-- name = "self_privilege_change"
-- title = "Changes to one's own permissions"
-- question = "Who changed their own permissions?"
-- events = ["iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup"]
-- attack = ["T1098.003", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Attempts that were refused as well. AWS's own quarantine of a leaked key is left out: key_quarantine_signals has it."
--
-- [timeline]
-- message = ["{actor} called {event_name} on itself", "with {given}", "and got {error_class}"]
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
    coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName', request_parameters ->> '$.groupName') AS given,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com'
    AND event_base_name IN (
        'AttachUserPolicy', 'PutUserPolicy', 'AttachRolePolicy', 'PutRolePolicy', 'AddUserToGroup', 'UpdateAssumeRolePolicy',
        'CreateLoginProfile', 'CreateAccessKey', 'DeleteUserPermissionsBoundary', 'DeleteRolePermissionsBoundary', 'DetachUserPolicy', 'DeleteUserPolicy'
    )
    AND (
        (user_identity_type = 'IAMUser' AND (request_parameters ->> '$.userName') = user_name)
        OR (user_identity_type = 'AssumedRole' AND (request_parameters ->> '$.roleName') = user_name)
        OR (denied_resource(error_message) = actor)
    )
    -- what AWS itself attaches to a user whose key leaked is recorded under that user's name
    AND NOT (
        event_base_name = 'AttachUserPolicy'
        AND coalesce(request_parameters ->> '$.policyArn', '') LIKE 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine%'
    )
ORDER BY event_time, event_id, event_key;
