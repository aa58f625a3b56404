-- /// query
-- name = "external_account_role_use"
-- title = "Roles taken by other accounts"
-- question = "Which other accounts took roles here, with or without an external id?"
-- events = ["sts:AssumeRole"]
-- attack = ["T1199"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No other account took a role here as far as is recorded."
-- look = "Accounts that nobody knows, roles without an external id."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [timeline]
-- message = ["account {actor_account_id} took {requested_role_arn}"]
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
    actor_account_id,
    (SELECT any_value(name) FROM vendors WHERE vendors.account = actor_account_id) AS vendor,
    requested_role_arn,
    request_parameters ->> '$.externalId' AS external_id,
    issued_access_key_id,
    shared_event_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRole'
    AND actor_account_id <> recipient_account_id
    AND NOT list_contains(CAST($owned_accounts AS VARCHAR[]), actor_account_id)
    AND actor_account_id NOT IN (SELECT account FROM owned_accounts)
ORDER BY event_time, event_id, event_key;
