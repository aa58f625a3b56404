-- /// query
-- name = "organisation_recon"
-- title = "Looks at the organization and its accounts"
-- question = "Who mapped the organization, its accounts, its directory and its shares?"
-- events = [
--   "organizations:DescribeOrganization", "organizations:ListAccounts", "organizations:ListAccountsForParent",
--   "organizations:ListRoots", "organizations:ListChildren", "organizations:ListParents",
--   "organizations:ListOrganizationalUnitsForParent", "organizations:DescribeAccount", "organizations:ListPolicies",
--   "organizations:DescribePolicy", "organizations:ListTargetsForPolicy", "organizations:ListPoliciesForTarget",
--   "organizations:ListDelegatedAdministrators", "organizations:ListAWSServiceAccessForOrganization",
--   "organizations:ListHandshakesForAccount", "organizations:DescribeEffectivePolicy", "account:GetAccountInformation",
--   "account:GetContactInformation", "account:GetAlternateContact", "billingconsole:GetContactInformation",
--   "billingconsole:GetAlternateContact",
--   "sso:ListInstances", "sso:ListPermissionSets", "sso:ListAccountAssignments",
--   "sso:ListAccountsForProvisionedPermissionSet", "sso:DescribePermissionSet", "sso:ListApplications",
--   "identitystore:ListUsers", "identitystore:ListGroups", "identitystore:ListGroupMemberships", "ram:ListResources",
--   "ram:ListPrincipals", "ram:GetResourceShares",
-- ]
-- attack = ["T1087.004", "T1580"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html"]
-- empty = "Nobody mapped the organization by a recorded call."
-- look = "Refused DescribeOrganization from a new address, complete walks over accounts."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
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
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'organizations.amazonaws.com' AND event_base_name IN (
            'DescribeOrganization', 'ListAccounts', 'ListAccountsForParent', 'ListRoots', 'ListChildren',
            'ListParents', 'ListOrganizationalUnitsForParent', 'DescribeAccount', 'ListPolicies', 'DescribePolicy',
            'ListTargetsForPolicy', 'ListPoliciesForTarget', 'ListDelegatedAdministrators',
            'ListAWSServiceAccessForOrganization', 'ListHandshakesForAccount', 'DescribeEffectivePolicy'
        ))
        OR (event_source IN ('account.amazonaws.com', 'billingconsole.amazonaws.com') AND event_base_name IN (
            'GetAccountInformation', 'GetContactInformation', 'GetAlternateContact'
        ))
        OR (event_source = 'sso.amazonaws.com' AND event_base_name IN (
            'ListInstances', 'ListPermissionSets', 'ListAccountAssignments',
            'ListAccountsForProvisionedPermissionSet', 'DescribePermissionSet', 'ListApplications'
        ))
        OR (event_source = 'identitystore.amazonaws.com' AND event_base_name IN (
            'ListUsers', 'ListGroups', 'ListGroupMemberships'
        ))
        OR (event_source = 'ram.amazonaws.com' AND event_base_name IN (
            'ListResources', 'ListPrincipals', 'GetResourceShares'
        ))
    )
ORDER BY event_time, event_id, event_key;
