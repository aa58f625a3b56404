-- /// query
-- name = "first_seen_resource_access"
-- title = "Things touched for the first time"
-- question = "Which principal touched a secret, bucket, key, role or table for the first time?"
-- attack = ["T1530", "T1555.006"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing new against the baseline. Give since: the days before it are the baseline; without since everything is new at its first sight."
-- look = "Secrets and buckets that are none of the principal's business."
--
-- [params]
-- baseline_days = { type = "BIGINT", default = 30, help = "Days before since that count as usual" }
--
-- [example]
-- trail = "leaked_key"
-- since = "2026-03-03"
-- ///
WITH seen AS (
    SELECT actor, event_source AS service, coalesce(bucket_name, requested_role_arn, target) AS thing, event_key, event_time, event_id
    FROM around_scope($accounts, $regions)
    WHERE
        event_source IN ('s3.amazonaws.com', 'secretsmanager.amazonaws.com', 'kms.amazonaws.com', 'dynamodb.amazonaws.com', 'ssm.amazonaws.com', 'sts.amazonaws.com')
        AND coalesce(bucket_name, requested_role_arn, target) IS NOT NULL
)

SELECT
    e.event_time AS first_seen,
    n.actor, n.service AS event_source, n.thing AS resource,
    n.events,
    n.baseline_days_with_events,
    e.event_name, e.outcome, e.source_ip_address, e.recipient_account_id,
    e.event_id,
    e.event_key,
    e.verification
FROM first_seen('seen', $since, $until, $baseline_days) AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY e.event_time, e.event_id, e.event_key;
