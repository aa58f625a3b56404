-- /// query
-- name = "deadlines"
-- title = "What will be gone soon"
-- question = "Which keys, secrets, objects, logs and sessions come to an end, and when?"
-- events = [
--   "kms:ScheduleKeyDeletion", "secretsmanager:DeleteSecret", "s3:PutBucketLifecycle", "logs:PutRetentionPolicy",
--   "sts:AssumeRole",
-- ]
-- attack = ["T1485", "T1490"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing is known to end soon."
-- look = "What can still be stopped today."
--
-- [params]
-- now = { type = "TIMESTAMP", default = "-infinity", help = "The present instant" }
-- days_past = { type = "BIGINT", default = 0, help = "Also what ended that many days ago" }
--
-- [timeline]
-- message = ["{what}: {subject}"]
--
-- [example]
-- trail = "s3_ransom"
-- now = "2026-03-05"
-- ///
WITH ends AS (
    SELECT
        'KMS key is deleted' AS what,
        event_time + to_days(CAST(coalesce(TRY_CAST(request_parameters ->> '$.pendingWindowInDays' AS INTEGER), 30) AS INTEGER)) AS due,
        target AS subject,
        'cancel with CancelKeyDeletion' AS to_do,
        NOT EXISTS (
            SELECT 1 FROM around_scope($accounts, $regions) AS undone
            WHERE undone.event_source = 'kms.amazonaws.com' AND undone.event_base_name = 'CancelKeyDeletion'
                AND name_of_arn(undone.target) = name_of_arn(e.target) AND undone.event_time >= e.event_time AND undone.outcome = 'success'
        ) AS still_on,
        event_key
    FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
    WHERE event_source = 'kms.amazonaws.com' AND event_base_name = 'ScheduleKeyDeletion' AND outcome NOT IN ('denied', 'failed')
    UNION ALL
    SELECT
        'secret is deleted',
        event_time + to_days(CAST(CASE
            WHEN lower(request_parameters ->> '$.forceDeleteWithoutRecovery') = 'true' THEN 0
            ELSE coalesce(TRY_CAST(request_parameters ->> '$.recoveryWindowInDays' AS INTEGER), 30)
        END AS INTEGER)),
        target,
        'bring it back with RestoreSecret',
        NOT EXISTS (
            SELECT 1 FROM around_scope($accounts, $regions) AS undone
            WHERE undone.event_source = 'secretsmanager.amazonaws.com' AND undone.event_base_name = 'RestoreSecret'
                AND undone.target = e.target AND undone.event_time >= e.event_time AND undone.outcome = 'success'
        ),
        event_key
    FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
    WHERE event_source = 'secretsmanager.amazonaws.com' AND event_base_name = 'DeleteSecret' AND outcome NOT IN ('denied', 'failed')
    UNION ALL
    SELECT
        'objects begin to expire',
        event_time + to_days(CAST(shortest_days(request_parameters, FALSE) AS INTEGER)),
        bucket_name,
        'take the lifecycle rule off',
        NOT EXISTS (
            SELECT 1 FROM around_scope($accounts, $regions) AS undone
            WHERE undone.event_source = 's3.amazonaws.com' AND undone.event_base_name IN ('PutBucketLifecycle', 'DeleteBucketLifecycle')
                AND undone.bucket_name = e.bucket_name AND undone.event_time > e.event_time AND undone.outcome = 'success'
        ),
        event_key
    FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
    WHERE event_source = 's3.amazonaws.com' AND event_base_name = 'PutBucketLifecycle' AND outcome NOT IN ('denied', 'failed')
    UNION ALL
    SELECT
        'log events expire',
        event_time + to_days(CAST(TRY_CAST(request_parameters ->> '$.retentionInDays' AS INTEGER) AS INTEGER)),
        target,
        'export the log group',
        TRUE,
        event_key
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'logs.amazonaws.com' AND event_base_name = 'PutRetentionPolicy' AND outcome NOT IN ('denied', 'failed')
    UNION ALL
    SELECT
        'session ends',
        event_time + to_seconds(CAST(least(coalesce(TRY_CAST(request_parameters ->> '$.durationSeconds' AS INTEGER), 3600), 129600) AS INTEGER)),
        issued_access_key_id,
        'revoke sessions of ' || coalesce(requested_role_arn, actor),
        TRUE,
        event_key
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'sts.amazonaws.com' AND issued_access_key_id IS NOT NULL AND outcome = 'success'
        AND user_identity_type <> 'AWSService' AND source_kind <> 'aws_service'
        AND event_time + INTERVAL 36 HOUR >= CAST($now AS TIMESTAMP)
    UNION ALL
    SELECT
        'Event history ends for the earliest event here' AS what,
        event_time + INTERVAL 90 DAY AS due,
        coalesce(recipient_account_id, actor_account_id) || ' ' || aws_region AS subject,
        'fetch Event history of accounts and regions without a trail: ctforensics acquire --event-history' AS to_do,
        TRUE AS still_on,
        event_key
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_class NOT IN ('data', 'insight', 'network')
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(recipient_account_id, actor_account_id), aws_region ORDER BY event_time, event_id, event_key
    ) = 1
)

SELECT
    n.due,
    round(date_diff('hour', CAST($now AS TIMESTAMP), n.due) / 24.0, 1) AS days_left,
    n.what,
    n.subject,
    n.to_do,
    e.event_time,
    e.actor,
    e.recipient_account_id,
    e.aws_region,
    e.event_name,
    e.outcome,
    e.event_id,
    e.event_key,
    e.verification
FROM ends AS n
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
WHERE n.still_on AND n.due IS NOT NULL AND n.due >= CAST($now AS TIMESTAMP) - to_days(CAST($days_past AS INTEGER))
ORDER BY n.due, n.what, n.subject, e.event_id, e.event_key;
