-- /// query
-- name = "who_changed_bucket_policy"
-- aliases = ["bucket_policy_changes"]
-- title = "Changes of a bucket's policy"
-- question = "Who changed or tried to change this bucket's policy, and what did it say before and after?"
-- events = ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:CreateBucket", "s3:DeleteBucket"]
-- attack = ["T1098", "T1530"]
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No recorded change of this bucket's policy. The policy that stood before the first log is not known from CloudTrail."
-- look = "Open to everyone, another account let in, a deny statement taken away; a change that is undone minutes later."
--
-- [params]
-- bucket = { type = "VARCHAR", entity = "bucket", help = "Bucket name or ARN" }
--
-- [timeline]
-- message = ["{actor} called {event_name} on {bucket_name}", "({remarks})", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- bucket = "example-exports"
-- ///
WITH changes AS (
    SELECT
        *,
        policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM around_scope($accounts, $regions)
    WHERE
        bucket_name = bucket_of($bucket)
        AND event_source = 's3.amazonaws.com'
        AND event_base_name IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'CreateBucket', 'DeleteBucket')
),

states AS (
    SELECT
        *,
        CASE
            WHEN outcome <> 'success' THEN NULL
            WHEN event_base_name = 'PutBucketPolicy' THEN coalesce(document::VARCHAR, 'not readable')
            ELSE 'no policy'
        END AS state
    FROM changes
),

history AS (
    SELECT
        *,
        last_value(state IGNORE NULLS) OVER (
            PARTITION BY bucket_name ORDER BY event_time, event_id, event_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS state_before
    FROM states
)

SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    source_ip_address,
    user_agent,
    event_name,
    outcome,
    error_class,
    bucket_name,
    CASE
        WHEN state_before IS NULL THEN 'not known: no earlier change is recorded'
        ELSE state_before
    END AS policy_before,
    CASE
        WHEN event_base_name = 'PutBucketPolicy' THEN document::VARCHAR
        WHEN event_base_name = 'DeleteBucketPolicy' THEN 'no policy'
    END AS policy_after,
    policy_remarks(document, recipient_account_id) AS remarks,
    only_in(policy_sentences(document), policy_sentences(try_cast(state_before AS JSON))) AS newly_says,
    CASE
        WHEN outcome = 'success'
            THEN only_in(policy_sentences(try_cast(state_before AS JSON)), policy_sentences(document))
    END AS no_longer_says,
    event_id,
    event_key,
    verification
FROM history
WHERE
    event_base_name IN ('PutBucketPolicy', 'DeleteBucketPolicy')
    AND event_key IN (SELECT event_key FROM scoped($since, $until, $accounts, $regions, $outcome) WHERE bucket_name = bucket_of($bucket))
ORDER BY event_time, event_id, event_key;
