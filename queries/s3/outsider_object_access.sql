-- /// query
-- name = "outsider_object_access"
-- title = "Objects touched by outsiders"
-- question = "Who touched objects anonymously, from another account, or through a presigned address?"
-- events = ["s3:GetObject", "s3:PutObject"]
-- needs = ["data:s3"]
-- attack = ["T1530"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- cost = "scan"
-- empty = "Nothing of the kind is recorded. Object calls are data events: they are only there where a trail was told to record them."
-- look = "Reads in the time a bucket stood open."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", default = "", help = "Bucket name or ARN; none given means all" }
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
--
-- [timeline]
-- message = ["{how}: {event_name} of {bucket_name}/{object_key}", "from {source_ip_address}"]
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
    bucket_name,
    object_key,
    actor_account_id,
    CASE
        WHEN lower(coalesce(nullif(user_identity ->> '$.principalId', ''), user_identity ->> '$.accountId', '')) LIKE 'anonymous%' THEN 'anonymous'
        WHEN is_cross_account THEN 'another account'
        ELSE 'presigned address'
    END AS how,
    TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE) AS bytes_out,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com'
    AND event_class = 'data'
    AND ($bucket = '' OR bucket_name = bucket_of($bucket))
    AND (
        (
            contains(lower(CAST(user_identity AS VARCHAR)), 'anonymous')
            AND (
                lower(coalesce(user_identity ->> '$.accountId', '')) IN ('anonymous', 'anonymous_principal')
                OR lower(coalesce(user_identity ->> '$.principalId', '')) = 'anonymous'
            )
        )
        OR (
            is_cross_account
            AND NOT list_contains(CAST($owned_accounts AS VARCHAR[]), actor_account_id)
            AND actor_account_id NOT IN (SELECT account FROM owned_accounts)
        )
        OR (
            contains(CAST(additional_event_data AS VARCHAR), 'QueryString')
            AND (additional_event_data ->> '$.AuthenticationMethod') = 'QueryString'
        )
    )
    AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
ORDER BY event_time, event_id, event_key;
