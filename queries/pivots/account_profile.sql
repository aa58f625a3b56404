-- /// query
-- name = "account_profile"
-- title = "What is here of an account"
-- question = "What did this account do and what was done in it: which principals, services and regions, and is it ours?"
-- attack = ["T1199"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No loaded event names the account as actor, recipient or owner of a role."
-- look = "Whether it is ours, and what others did in it."
--
-- [params]
-- account = { type = "VARCHAR", entity = "account", help = "Account id of 12 digits" }
--
-- [example]
-- trail = "leaked_key"
-- account = "777788889999"
-- ///
SELECT
    CASE
        WHEN recipient_account_id = $account AND actor_account_id IS DISTINCT FROM $account AND actor_account_id IS NOT NULL
            THEN 'done in it by another account'
        WHEN recipient_account_id = $account THEN 'done in it'
        WHEN actor_account_id = $account THEN 'done by it in another account'
        ELSE 'a role of it was asked for'
    END AS role,
    CASE
        WHEN $account IN (SELECT account FROM owned_accounts) THEN 'ours'
        WHEN $account IN (SELECT account FROM vendors) THEN 'a vendor'
        ELSE 'not in the inputs'
    END AS known_as,
    recipient_account_id,
    actor_account_id,
    count(*) AS events,
    count(*) FILTER (outcome IN ('denied', 'failed')) AS errors,
    count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    some_of(actor) AS actors,
    some_of(aws_region) AS regions,
    some_of(event_source) AS services,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE recipient_account_id = $account OR actor_account_id = $account OR account_of_arn(requested_role_arn) = $account
GROUP BY ALL
ORDER BY role, events DESC, recipient_account_id, actor_account_id;
