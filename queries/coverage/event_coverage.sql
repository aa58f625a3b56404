-- /// query
-- name = "event_coverage"
-- title = "Events and coverage by account, region and day"
-- question = "Which days, accounts and regions have events, how many files are proven, and where are hours missing?"
-- aliases = ["coverage_matrix"]
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "There is neither an event nor a covered hour in this window."
-- look = "Days that fall silent, regions without any file, hours that are missing or tampered with. Where not_judged says why no hour was judged, nothing is known of what is missing there."
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH counted AS (
    SELECT
        coalesce(recipient_account_id, actor_account_id) AS account,
        aws_region AS region,
        date_trunc('day', event_time) AS day,
        count(*) AS events,
        count(*) FILTER (event_class = 'data') AS data_events,
        count(*) FILTER (outcome IN ('denied', 'failed')) AS errors,
        count(DISTINCT date_trunc('hour', event_time)) AS hours_with_events,
        arg_min(event_id, (event_time, event_id)) AS first_event_id,
        arg_max(event_id, (event_time, event_id)) AS last_event_id
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    GROUP BY ALL
),

hours AS (
    SELECT
        account,
        region,
        date_trunc('day', hour) AS day,
        count(*) FILTER (state = 'verified') AS hours_verified,
        count(*) FILTER (state = 'verified_empty') AS hours_verified_empty,
        count(*) FILTER (state = 'unverified') AS hours_unverified,
        count(*) FILTER (state = 'tampered') AS hours_tampered,
        count(*) FILTER (state = 'missing') AS hours_missing,
        count(*) FILTER (state = 'outside') AS hours_outside
    FROM coverage
    WHERE
        hour >= date_trunc('hour', CAST($since AS TIMESTAMP))
        AND hour < CAST($until AS TIMESTAMP)
        AND (len(CAST($accounts AS VARCHAR[])) = 0 OR list_contains(CAST($accounts AS VARCHAR[]), account))
        AND (len(CAST($regions AS VARCHAR[])) = 0 OR list_contains(CAST($regions AS VARCHAR[]), region))
    GROUP BY ALL
)

SELECT
    coalesce(counted.account, hours.account) AS account,
    coalesce(counted.region, hours.region) AS region,
    coalesce(counted.day, hours.day) AS day,
    coalesce(counted.events, 0) AS events,
    coalesce(counted.data_events, 0) AS data_events,
    coalesce(counted.errors, 0) AS errors,
    coalesce(counted.hours_with_events, 0) AS hours_with_events,
    hours.hours_verified,
    hours.hours_verified_empty,
    hours.hours_unverified,
    hours.hours_tampered,
    hours.hours_missing,
    hours.hours_outside,
    CASE
        WHEN hours.day IS NOT NULL THEN NULL
        WHEN NOT EXISTS (SELECT 1 FROM coverage) THEN 'nothing was verified'
        WHEN coalesce(counted.account, '') NOT IN (SELECT account FROM coverage WHERE account IS NOT NULL) THEN 'nothing was verified for this account'
        ELSE 'no hour of this region and day was judged'
    END AS not_judged,
    counted.first_event_id,
    counted.last_event_id
FROM counted
FULL JOIN hours
    ON counted.account = hours.account AND counted.region = hours.region AND counted.day = hours.day
ORDER BY account, region, day;
