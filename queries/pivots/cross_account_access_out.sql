-- /// query
-- name = "cross_account_access_out"
-- title = "Our principals acting elsewhere"
-- question = "Where outside did our principals act, by the records of either side?"
-- attack = ["T1199", "T1537"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No call that reaches into another account is recorded. Buckets of other accounts show only in data events."
-- look = "Roles taken in accounts that are not ours, data written to foreign resources."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [timeline]
-- message = ["{actor} reached into {outside_account}", "with {event_name}"]
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
    outside_account,
    requested_role_arn,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        coalesce(
            CASE WHEN account_of_arn(requested_role_arn) <> actor_account_id THEN account_of_arn(requested_role_arn) END,
            list_filter(
                list_transform(as_list(resources), lambda r: r ->> '$.accountId'),
                lambda a: a IS NOT NULL AND a <> actor_account_id
            )[1]
        ) AS outside_account
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        actor_account_id = recipient_account_id
        AND (
            requested_role_arn IS NOT NULL
            -- an account other than the actor's own among the resources, by the text: cheap, and exact enough to leave rows out
            OR contains(replace(CAST(resources AS VARCHAR), '"accountId":"' || actor_account_id || '"', ''), 'accountId')
        )
)
WHERE
    outside_account IS NOT NULL
    AND outside_account <> actor_account_id
    AND NOT list_contains(CAST($owned_accounts AS VARCHAR[]), outside_account)
    AND outside_account NOT IN (SELECT account FROM owned_accounts)
ORDER BY event_time, event_id, event_key;
