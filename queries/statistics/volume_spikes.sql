-- /// query
-- name = "volume_spikes"
-- title = "Spikes"
-- question = "Where did calls, errors, deletes or bytes rise far above normal, by the hour?"
-- attack = ["T1496", "T1485", "T1530"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No hour stands out that far. Subjects that act once have no usual amount."
-- look = "How few hours the usual amount rests on (hours_seen)."
--
-- [params]
-- metric = { type = "VARCHAR", default = "calls", choices = ["calls", "errors", "deletes", "writes", "bytes"], help = "What is counted" }
-- by = { type = "VARCHAR", default = "principal", choices = ["principal", "address", "service", "region", "account"], help = "For whom" }
-- z = { type = "DOUBLE", default = 6, help = "Robust z (median and MAD) at least" }
-- min_amount = { type = "DOUBLE", default = 10, help = "Amount at least" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH hours AS (
    SELECT
        CASE CAST($by AS VARCHAR)
            WHEN 'principal' THEN actor
            WHEN 'address' THEN source_ip_address
            WHEN 'service' THEN event_source
            WHEN 'region' THEN aws_region
            ELSE coalesce(recipient_account_id, actor_account_id)
        END AS subject,
        date_trunc('hour', event_time) AS hour,
        CASE CAST($metric AS VARCHAR)
            WHEN 'errors' THEN count(*) FILTER (outcome IN ('denied', 'failed'))
            WHEN 'deletes' THEN count(*) FILTER (regexp_matches(event_base_name, '^(Delete|Terminate|Remove|Deregister|Purge|Release)'))
            WHEN 'writes' THEN count(*) FILTER (event_class IN ('write', 'permissions'))
            WHEN 'bytes' THEN sum(coalesce(TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE), 0))
            ELSE count(*)
        END AS amount,
        first_ids(event_id, event_time) AS event_ids,
        histogram(verification) AS verification_classes
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    GROUP BY ALL
),

middle AS (
    SELECT *, median(amount) OVER (PARTITION BY subject) AS usual, count(*) OVER (PARTITION BY subject) AS hours_seen FROM hours
),

spread AS (
    SELECT *, greatest(median(abs(amount - usual)) OVER (PARTITION BY subject), 1) AS deviation FROM middle
)

SELECT
    subject,
    hour,
    amount,
    usual,
    hours_seen,
    round(0.6745 * (amount - usual) / deviation, 1) AS robust_z,
    event_ids,
    verification_classes
FROM spread
WHERE 0.6745 * (amount - usual) / deviation >= $z AND amount >= $min_amount
ORDER BY robust_z DESC, subject, hour;
