-- /// query
-- name = "orphan_sessions"
-- title = "Sessions without an issuing event"
-- question = "Which temporary keys are used although the event that issued them is not in the archive?"
-- attack = ["T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "Every temporary key in use was issued by an event that is here."
-- look = "Instances, functions and Identity Center hand out keys without an event; the rest began before the archive or in logs that are missing."
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH issued AS (
    SELECT DISTINCT issued_access_key_id AS key FROM events WHERE issued_access_key_id IS NOT NULL
)

SELECT
    access_key_id,
    any_value(actor) AS actor,
    any_value(principal_arn) AS principal_arn,
    any_value(recipient_account_id) AS recipient_account_id,
    min(session_created_at) AS session_created_at,
    some_of(source_ip_address) AS addresses,
    count(*) AS events,
    count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    access_key_id LIKE 'ASIA%'
    AND access_key_id NOT IN (SELECT key FROM issued)
    AND NOT (source_kind IN ('aws_service', 'aws_internal') AND invoked_by IS NOT NULL)
GROUP BY access_key_id
ORDER BY first_seen, access_key_id;
