-- /// query
-- name = "expected_but_missing"
-- title = "Accounts and regions that are named but have no logs"
-- question = "Which accounts and regions do the records mention although no log of theirs is here?"
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "Every account and region that the records mention has logs here."
-- look = "Our own accounts: their logs are still to be asked for."
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH here AS (
    SELECT DISTINCT recipient_account_id AS account FROM events WHERE recipient_account_id IS NOT NULL
    UNION
    SELECT DISTINCT account FROM files WHERE account IS NOT NULL AND outcome IN ('loaded', 'partial', 'empty', 'duplicate')
),

mentions AS (
    SELECT 'account' AS kind, actor_account_id AS name, 'actor' AS mentioned_as, event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE actor_account_id IS DISTINCT FROM recipient_account_id
    UNION ALL
    SELECT 'account', account_of_arn(requested_role_arn), 'role asked for', event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE requested_role_arn IS NOT NULL
    UNION ALL
    SELECT 'account', unnest(list_transform(as_list(resources), lambda r: r ->> '$.accountId')), 'owner of a resource', event_time, event_id, verification
    FROM scoped($since, $until, $accounts, $regions, $outcome) WHERE
        contains(replace(CAST(resources AS VARCHAR), '"accountId":"' || coalesce(recipient_account_id, '-') || '"', ''), 'accountId')
    UNION ALL
    SELECT 'account', vpc_endpoint_account_id, 'owner of an endpoint', event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE vpc_endpoint_account_id IS NOT NULL
    UNION ALL
    SELECT 'region', additional_event_data ->> '$.RequestDetails.awsServingRegion', 'region that served', event_time, event_id, verification FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE contains(CAST(additional_event_data AS VARCHAR), 'awsServingRegion')
    UNION ALL
    SELECT 'region', coalesce(request_parameters ->> '$.RegionName', request_parameters ->> '$.sourceRegion', request_parameters ->> '$.destinationRegion'), 'parameter', event_time, event_id, verification
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE contains(CAST(request_parameters AS VARCHAR), 'Region')
)

SELECT
    kind,
    name,
    some_of(mentioned_as) AS mentioned_as,
    CASE
        WHEN name IN (SELECT account FROM owned_accounts) THEN 'ours'
        WHEN name IN (SELECT account FROM vendors) THEN 'a vendor'
    END AS known_as,
    count(*) AS mentions,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM mentions
WHERE
    name IS NOT NULL
    AND regexp_full_match(name, '\d{12}|[a-z]{2}(-[a-z]+)+-\d')
    AND name NOT IN (SELECT account FROM here)
    AND name NOT IN (SELECT DISTINCT aws_region FROM events WHERE aws_region IS NOT NULL)
GROUP BY ALL
ORDER BY kind, mentions DESC, name;
