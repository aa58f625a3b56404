-- /// query
-- name = "identity_center_permission_changes"
-- title = "Permissions in Identity Center"
-- question = "Which permission sets, assignments, users and groups were changed in Identity Center?"
-- events = [
--   "sso:CreateAccountAssignment", "sso:DeleteAccountAssignment", "sso:CreatePermissionSet",
--   "sso:UpdatePermissionSet", "sso:AttachManagedPolicyToPermissionSet",
--   "sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "sso:PutInlinePolicyToPermissionSet",
--   "sso:ProvisionPermissionSet", "sso:UpdateSsoConfiguration", "sso-directory:CreateUser",
--   "sso-directory:CreateGroup", "sso-directory:AddMemberToGroup", "sso-directory:UpdatePassword",
--   "sso-directory:UpdateUser", "identitystore:CreateUser", "identitystore:CreateGroup",
--   "identitystore:CreateGroupMembership",
-- ]
-- attack = ["T1098.003", "T1136.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No permission was changed in Identity Center as far as is recorded; its records stand in its own account and region."
-- look = "Administrator sets assigned to a new user."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
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
    request_parameters ->> '$.permissionSetArn' AS permission_set,
    request_parameters ->> '$.targetId' AS account_opened,
    coalesce(request_parameters ->> '$.principalId', request_parameters ->> '$.member.memberId', request_parameters ->> '$.memberId.userId') AS subject,
    request_parameters ->> '$.managedPolicyArn' AS policy_arn,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'sso.amazonaws.com' AND event_base_name IN (
            'CreateAccountAssignment', 'DeleteAccountAssignment', 'CreatePermissionSet', 'UpdatePermissionSet',
            'AttachManagedPolicyToPermissionSet', 'AttachCustomerManagedPolicyReferenceToPermissionSet',
            'PutInlinePolicyToPermissionSet', 'ProvisionPermissionSet', 'UpdateSsoConfiguration'
        ))
        OR (event_source = 'sso-directory.amazonaws.com' AND event_base_name IN ('CreateUser', 'CreateGroup', 'AddMemberToGroup', 'UpdatePassword', 'UpdateUser'))
        OR (event_source = 'identitystore.amazonaws.com' AND event_base_name IN ('CreateUser', 'CreateGroup', 'CreateGroupMembership'))
    )
ORDER BY event_time, event_id, event_key;
