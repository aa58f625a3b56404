-- /// query
-- name = "cross_account_access_in"
-- title = "Other accounts acting here"
-- question = "Which other accounts acted in these accounts?"
-- attack = ["T1199"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No other account acted here as far as is recorded; without a list of owned accounts every account but the recipient counts as another."
-- look = "Accounts that are neither ours nor a known vendor's."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [timeline]
-- message = ["{actor_account_id} called {event_name}", "on {target}", "and got {error_class}"]
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
    user_identity_type,
    (SELECT any_value(name) FROM vendors WHERE vendors.account = actor_account_id) AS vendor,
    shared_event_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    actor_account_id IS NOT NULL
    AND actor_account_id <> recipient_account_id
    AND NOT list_contains(CAST($owned_accounts AS VARCHAR[]), actor_account_id)
    AND actor_account_id NOT IN (SELECT account FROM owned_accounts)
ORDER BY event_time, event_id, event_key;
