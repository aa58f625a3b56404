-- /// query
-- name = "bucket_opened_to_outsiders"
-- title = "Buckets opened to outsiders"
-- question = "Which buckets were opened to everyone or to other accounts, by any mechanism?"
-- events = [
--   "s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:PutObjectAcl", "s3:DeleteBucketPublicAccessBlock",
--   "s3:PutBucketPublicAccessBlock", "s3:PutAccessPointPolicy",
-- ]
-- attack = ["T1530", "T1537"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html"]
-- empty = "No bucket was opened as far as is recorded. Without a list of owned accounts every other account is an outsider."
-- look = "How long it stood open, and who read meanwhile (outsider_object_access)."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [timeline]
-- message = ["{actor} opened {bucket_name}: {how}", "{outside_accounts}"]
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
    CASE WHEN was_done(outcome) THEN how ELSE 'only tried: ' || how END AS how,
    given(outcome, outside_accounts) AS outside_accounts,
    only_tried(outcome, outside_accounts) AS tried_to_let_in,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        CASE
            WHEN event_base_name IN ('PutBucketPolicy', 'PutAccessPointPolicy') AND is_public(document) THEN 'policy: everyone'
            WHEN event_base_name IN ('PutBucketPolicy', 'PutAccessPointPolicy') AND len(outside_accounts) > 0 THEN 'policy: other accounts'
            WHEN event_base_name IN ('PutBucketAcl', 'CreateBucket', 'PutObjectAcl') AND as_texts(json_extract(request_parameters, '$."x-amz-acl"'))[1] IN ('public-read', 'public-read-write', 'authenticated-read')
                THEN 'canned ACL ' || as_texts(json_extract(request_parameters, '$."x-amz-acl"'))[1]
            WHEN event_base_name IN ('PutBucketAcl', 'PutObjectAcl')
                AND regexp_matches(CAST(request_parameters AS VARCHAR), 'groups/global/(AllUsers|AuthenticatedUsers)') THEN 'ACL grant to a public group'
            WHEN event_base_name IN ('DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock') THEN 'public access block removed'
            WHEN event_base_name IN ('PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock')
                AND contains(lower(CAST(json_extract(request_parameters, '$.PublicAccessBlockConfiguration') AS VARCHAR)), 'false')
                THEN 'public access block relaxed'
        END AS how
    FROM (
        SELECT
            *,
            list_filter(
                accounts_let_in(document, recipient_account_id),
                lambda a: NOT list_contains(CAST($owned_accounts AS VARCHAR[]), a) AND NOT list_contains(ours.accounts, a)
            ) AS outside_accounts
        FROM (
    SELECT *, policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
        CROSS JOIN (SELECT coalesce(list(account), []) AS accounts FROM owned_accounts) AS ours
        WHERE
            event_source = 's3.amazonaws.com'
            AND event_base_name IN (
                'PutBucketPolicy', 'PutAccessPointPolicy', 'PutBucketAcl', 'PutObjectAcl', 'CreateBucket', 'DeleteBucketPublicAccessBlock',
                'DeleteAccountPublicAccessBlock', 'PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock'
            )
    )
)
WHERE
    how IS NOT NULL
ORDER BY event_time, event_id, event_key;
