-- /// query
-- name = "identity_center_role_access"
-- title = "Accounts opened by workforce users"
-- question = "Which accounts and permission sets did a workforce user open?"
-- events = ["sso:Federate", "sso:GetRoleCredentials", "sso:ListAccounts", "sso:ListAccountRoles"]
-- attack = ["T1078.004", "T1087.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No account was opened through Identity Center as far as is recorded."
-- look = "Many accounts within minutes."
--
-- [params]
-- identity_user = { type = "VARCHAR", entity = "principal", default = "", help = "User name or id; none given means all" }
--
-- [timeline]
-- message = ["{user_name} opened {account_opened} as {permission_set}"]
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
    coalesce(user_identity ->> '$.onBehalfOf.userId', user_identity ->> '$.principalId') AS identity_user_id,
    user_name,
    coalesce(service_event_details ->> '$.account_id', request_parameters ->> '$.accountId') AS account_opened,
    coalesce(service_event_details ->> '$.role_name', request_parameters ->> '$.roleName') AS permission_set,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'sso.amazonaws.com' AND event_base_name IN ('Federate', 'GetRoleCredentials', 'ListAccounts', 'ListAccountRoles')
    AND ($identity_user = '' OR same_name(user_name, $identity_user) OR same_name(user_identity ->> '$.onBehalfOf.userId', $identity_user))
ORDER BY event_time, event_id, event_key;
