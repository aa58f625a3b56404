-- /// query
-- name = "digest_chain_check"
-- title = "What verification found"
-- question = "What did the verification of the digest chain find: altered, missing and unlisted files, breaks?"
-- attack = ["T1562.008", "T1070"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "Nothing was verified yet: run ctforensics verify."
-- look = "Class fail first, then unknown."
--
-- [example]
-- trail = "tampered_log"
-- ///
WITH summed AS (
    SELECT
        code,
        class,
        kind,
        account,
        region,
        trail,
        count(*) AS files,
        min(coalesce(events_since, since)) AS since,
        max(coalesce(events_until, until)) AS until,
        list(object ORDER BY object)[1:10] AS objects,
        any_value(detail ORDER BY object) AS detail
    FROM verifications
    WHERE
        coalesce(events_until, until, TIMESTAMP 'infinity') > CAST($since AS TIMESTAMP)
        AND coalesce(events_since, since, TIMESTAMP '-infinity') < CAST($until AS TIMESTAMP)
        AND (array_length(CAST($accounts AS VARCHAR[])) = 0 OR list_contains(CAST($accounts AS VARCHAR[]), account))
        AND (array_length(CAST($regions AS VARCHAR[])) = 0 OR list_contains(CAST($regions AS VARCHAR[]), region))
    GROUP BY code, class, kind, account, region, trail
)

SELECT
    *,
    (
        SELECT first_ids(e.event_id, e.event_time)
        FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
        WHERE e.verification_code = summed.code
    ) AS event_ids
FROM summed
ORDER BY CASE class WHEN 'fail' THEN 0 WHEN 'unknown' THEN 1 WHEN 'anomaly' THEN 2 ELSE 3 END, code, kind, account, region, trail;
