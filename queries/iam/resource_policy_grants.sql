-- /// query
-- name = "resource_policy_grants"
-- title = "Resource policies opened to others"
-- question = "Which resource policy, in any service, was opened to everyone or to another account?"
-- events = [
--   "s3:PutBucketPolicy", "s3:PutAccessPointPolicy", "kms:PutKeyPolicy", "kms:CreateKey",
--   "secretsmanager:PutResourcePolicy", "sns:SetTopicAttributes", "sns:CreateTopic", "sqs:SetQueueAttributes",
--   "sqs:CreateQueue", "ecr:SetRepositoryPolicy", "ecr:PutRegistryPolicy", "lambda:AddPermission",
--   "lambda:AddLayerVersionPermission", "es:UpdateDomainConfig", "es:CreateDomain",
--   "es:CreateElasticsearchDomain", "es:UpdateElasticsearchDomainConfig",
--   "backup:PutBackupVaultAccessPolicy", "glue:PutResourcePolicy", "elasticfilesystem:PutFileSystemPolicy",
--   "events:PutPermission", "logs:PutResourcePolicy",
-- ]
-- attack = ["T1098", "T1537"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No resource policy let in others as far as is recorded. Without a list of owned accounts every other account counts."
-- look = "Everyone; accounts that nobody knows."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [timeline]
-- message = ["{actor} opened {target} by {event_name} to {outside_accounts}"]
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
    was_done(outcome) AND open_to_everyone AS open_to_everyone,
    given(outcome, outside_accounts) AS outside_accounts,
    only_tried(outcome, list_concat(CASE WHEN open_to_everyone THEN ['everyone'] ELSE [] END, outside_accounts)) AS tried_to_let_in,
    policy_sentences(document) AS says,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        is_public(document) AS open_to_everyone,
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
        (
            (event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketPolicy', 'PutAccessPointPolicy'))
            OR (event_source = 'kms.amazonaws.com' AND event_base_name IN ('PutKeyPolicy', 'CreateKey'))
            OR (event_source = 'secretsmanager.amazonaws.com' AND event_base_name = 'PutResourcePolicy')
            OR (event_source = 'sns.amazonaws.com' AND event_base_name IN ('SetTopicAttributes', 'CreateTopic'))
            OR (event_source = 'sqs.amazonaws.com' AND event_base_name IN ('SetQueueAttributes', 'CreateQueue'))
            OR (event_source = 'ecr.amazonaws.com' AND event_base_name IN ('SetRepositoryPolicy', 'PutRegistryPolicy'))
            OR (event_source = 'lambda.amazonaws.com' AND event_base_name IN ('AddPermission', 'AddLayerVersionPermission'))
            OR (event_source = 'es.amazonaws.com' AND event_base_name IN (
                'UpdateDomainConfig', 'CreateDomain', 'CreateElasticsearchDomain', 'UpdateElasticsearchDomainConfig'
            ))
            OR (event_source = 'backup.amazonaws.com' AND event_base_name = 'PutBackupVaultAccessPolicy')
            OR (event_source = 'glue.amazonaws.com' AND event_base_name = 'PutResourcePolicy')
            OR (event_source = 'elasticfilesystem.amazonaws.com' AND event_base_name = 'PutFileSystemPolicy')
            OR (event_source = 'events.amazonaws.com' AND event_base_name = 'PutPermission')
            OR (event_source = 'logs.amazonaws.com' AND event_base_name = 'PutResourcePolicy')
        )
)
WHERE
    open_to_everyone
    OR len(outside_accounts) > 0
ORDER BY event_time, event_id, event_key;
