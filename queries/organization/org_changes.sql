-- /// query
-- name = "org_changes"
-- title = "Changes of the organization"
-- question = "Which accounts were invited, created, moved, removed or closed, and which policies and delegations changed?"
-- events = [
--   "organizations:InviteAccountToOrganization", "organizations:AcceptHandshake", "organizations:CreateAccount",
--   "organizations:CreateGovCloudAccount", "organizations:MoveAccount", "organizations:RemoveAccountFromOrganization",
--   "organizations:LeaveOrganization", "organizations:CloseAccount", "organizations:CreateOrganization",
--   "organizations:DeleteOrganization", "organizations:EnableAllFeatures", "organizations:CreatePolicy",
--   "organizations:UpdatePolicy", "organizations:DeletePolicy", "organizations:AttachPolicy",
--   "organizations:DetachPolicy", "organizations:EnablePolicyType", "organizations:DisablePolicyType",
--   "organizations:PutResourcePolicy", "organizations:DeleteResourcePolicy",
--   "organizations:RegisterDelegatedAdministrator", "organizations:DeregisterDelegatedAdministrator",
--   "organizations:EnableAWSServiceAccess", "organizations:DisableAWSServiceAccess",
--   "organizations:CreateOrganizationalUnit", "organizations:DeleteOrganizationalUnit", "account:CloseAccount",
--   "account:PutAlternateContact", "account:DeleteAlternateContact", "account:PutContactInformation",
--   "account:StartPrimaryEmailUpdate", "account:AcceptPrimaryEmailUpdate", "iam:EnableOrganizationsRootSessions",
--   "iam:DisableOrganizationsRootSessions", "iam:EnableOrganizationsRootCredentialsManagement",
--   "iam:DisableOrganizationsRootCredentialsManagement",
-- ]
-- attack = ["T1666", "T1484", "T1531"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html"]
-- empty = "No recorded change of the organization. The management account alone records most of these calls."
-- look = "Accounts that leave, guard policies detached, delegated administrators nobody ordered."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "destruction"
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
    coalesce(request_parameters ->> '$.accountId', request_parameters ->> '$.target.id', request_parameters ->> '$.targetId', request_parameters ->> '$.handshakeId', service_event_details ->> '$.createAccountStatus.accountId', response_elements ->> '$.createAccountStatus.accountId') AS account,
    coalesce(request_parameters ->> '$.policyId', response_elements ->> '$.policy.policySummary.id') AS policy_id,
    coalesce(request_parameters ->> '$.name', response_elements ->> '$.policy.policySummary.name') AS policy_name,
    request_parameters ->> '$.servicePrincipal' AS service_principal,
    request_parameters ->> '$.destinationParentId' AS moved_to,
    CASE WHEN json_exists(request_parameters, '$.content') THEN policy_sentences(parsed(json_extract(request_parameters, '$.content'))) END AS policy_remarks,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'organizations.amazonaws.com' AND event_base_name IN (
            'InviteAccountToOrganization', 'AcceptHandshake', 'CreateAccount', 'CreateGovCloudAccount', 'MoveAccount',
            'RemoveAccountFromOrganization', 'LeaveOrganization', 'CloseAccount', 'CreateOrganization',
            'DeleteOrganization', 'EnableAllFeatures', 'CreatePolicy', 'UpdatePolicy', 'DeletePolicy', 'AttachPolicy',
            'DetachPolicy', 'EnablePolicyType', 'DisablePolicyType', 'PutResourcePolicy', 'DeleteResourcePolicy',
            'RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator', 'EnableAWSServiceAccess',
            'DisableAWSServiceAccess', 'CreateOrganizationalUnit', 'DeleteOrganizationalUnit'
        ))
        OR (event_source = 'account.amazonaws.com' AND event_base_name IN (
            'CloseAccount', 'PutAlternateContact', 'DeleteAlternateContact', 'PutContactInformation',
            'StartPrimaryEmailUpdate', 'AcceptPrimaryEmailUpdate'
        ))
        OR (event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'EnableOrganizationsRootSessions', 'DisableOrganizationsRootSessions',
            'EnableOrganizationsRootCredentialsManagement', 'DisableOrganizationsRootCredentialsManagement'
        ))
    )
ORDER BY event_time, event_id, event_key;
