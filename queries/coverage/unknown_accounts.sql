-- /// query
-- name = "unknown_accounts"
-- title = "Accounts that appear"
-- question = "Which accounts appear at all, ours or not, first and last seen, in which role?"
-- attack = ["T1199"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "No account is named at all."
-- look = "Accounts that nobody knows, above all as actors and in policies."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH mentions AS (
    SELECT recipient_account_id AS account, 'recipient' AS seen_as, event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    UNION ALL
    SELECT actor_account_id, 'actor', event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    UNION ALL
    SELECT account_of_arn(requested_role_arn), 'role asked for', event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    UNION ALL
    SELECT vpc_endpoint_account_id, 'owner of an endpoint', event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    UNION ALL
    SELECT unnest(accounts_let_in(policy_of(event_source, event_base_name, request_parameters, response_elements), '')), CASE WHEN was_done(outcome) THEN 'let in by a policy' ELSE 'named by a policy that was refused' END, event_time, event_id, verification
    FROM scoped($since, $until, $accounts, $regions, $outcome) WHERE event_class = 'permissions'
)

SELECT
    m.account,
    CASE
        WHEN m.account IN (SELECT account FROM owned_accounts) THEN 'ours'
        WHEN m.account IN (SELECT account FROM vendors) THEN 'a vendor'
        WHEN list_contains(CAST($owned_accounts AS VARCHAR[]), m.account) THEN 'ours'
        ELSE 'not in the inputs'
    END AS known_as,
    some_of(m.seen_as) AS seen_as,
    count(*) AS mentions,
    min(m.event_time) AS first_seen,
    max(m.event_time) AS last_seen,
    first_ids(m.event_id, m.event_time) AS event_ids,
    histogram(m.verification) AS verification_classes
FROM mentions AS m
WHERE m.account IS NOT NULL
GROUP BY m.account
ORDER BY known_as, mentions DESC, m.account;
