-- /// query
-- name = "policy_document_history"
-- title = "History of policy documents"
-- question = "What did the policies and trust documents of this thing say at every recorded point, and what changed in words?"
-- events = [
--   "iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion", "iam:PutRolePolicy",
--   "s3:PutBucketPolicy", "kms:PutKeyPolicy", "secretsmanager:PutResourcePolicy", "ecr:SetRepositoryPolicy",
--   "lambda:AddPermission",
-- ]
-- attack = ["T1098", "T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No document of it was written in what is loaded: what it says now was written before, or elsewhere."
-- look = "Who was let in, what was taken out; changes that are undone minutes later."
--
-- [params]
-- subject = { type = "VARCHAR", entity = "resource", default = "", help = "Name or ARN of a role, user, policy, bucket, key, secret, topic, queue, function; none given means all" }
--
-- [timeline]
-- message = ["{actor} changed the {document_kind} {subject}", "({remarks})"]
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH writes AS (
    SELECT
        *,
        CASE
            WHEN event_source = 'iam.amazonaws.com' AND event_base_name IN ('CreateRole', 'UpdateAssumeRolePolicy') THEN 'trust of role'
            WHEN event_source = 'iam.amazonaws.com' AND event_base_name LIKE '%PolicyVersion' OR event_base_name IN ('CreatePolicy', 'DeletePolicy')
                THEN 'managed policy'
            WHEN event_source = 'iam.amazonaws.com' THEN 'inline policy ' || coalesce(request_parameters ->> '$.policyName', '')
            ELSE 'policy of ' || split_part(event_source, '.', 1)
        END AS document_kind,
        CASE
            WHEN event_base_name IN ('CreatePolicy') THEN coalesce(response_elements ->> '$.policy.arn', target)
            ELSE coalesce(request_parameters ->> '$.policyArn', bucket_name, target)
        END AS subject,
        policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM around_scope($accounts, $regions)
    WHERE
        (
            event_source = 'iam.amazonaws.com'
            AND event_base_name IN (
                'CreateRole', 'UpdateAssumeRolePolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'DeleteUserPolicy',
                'DeleteRolePolicy', 'DeleteGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicyVersion'
            )
        )
        OR (event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketPolicy', 'DeleteBucketPolicy', 'PutAccessPointPolicy'))
        OR (event_source = 'kms.amazonaws.com' AND event_base_name IN ('PutKeyPolicy', 'CreateKey'))
        OR (event_source = 'secretsmanager.amazonaws.com' AND event_base_name IN ('PutResourcePolicy', 'DeleteResourcePolicy'))
        OR (event_source = 'ecr.amazonaws.com' AND event_base_name IN ('SetRepositoryPolicy', 'DeleteRepositoryPolicy', 'PutRegistryPolicy'))
        OR (event_source = 'sns.amazonaws.com' AND event_base_name = 'SetTopicAttributes' AND (request_parameters ->> '$.attributeName') = 'Policy')
        OR (event_source = 'sqs.amazonaws.com' AND event_base_name IN ('SetQueueAttributes', 'CreateQueue'))
        OR (event_source = 'lambda.amazonaws.com' AND event_base_name IN ('AddPermission', 'RemovePermission', 'AddLayerVersionPermission'))
        OR (event_source IN ('glue.amazonaws.com', 'logs.amazonaws.com', 'es.amazonaws.com', 'backup.amazonaws.com', 'elasticfilesystem.amazonaws.com')
            AND event_base_name IN (
                'PutResourcePolicy', 'DeleteResourcePolicy', 'UpdateDomainConfig', 'PutBackupVaultAccessPolicy', 'PutFileSystemPolicy'
            ))
),

asked AS (
    SELECT * FROM writes
    WHERE $subject = '' OR subject = $subject OR target = $subject OR name_of_arn(subject) = name_of_arn($subject)
),

said AS (
    SELECT
        *,
        policy_sentences(document) AS sentences,
        CASE WHEN outcome = 'success' THEN coalesce(policy_sentences(document), []) END AS state
    FROM asked
),

compared AS (
    SELECT
        *,
        last_value(state IGNORE NULLS) OVER (
            PARTITION BY recipient_account_id, subject, document_kind ORDER BY event_time, event_id, event_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS state_before
    FROM said
)

SELECT
    c.event_time,
    c.document_kind,
    c.subject,
    c.actor,
    c.access_key_id,
    c.source_ip_address,
    c.recipient_account_id,
    c.aws_region,
    c.event_name,
    c.outcome,
    c.error_class,
    CASE
        WHEN c.event_base_name IN ('CreateRole', 'CreatePolicy', 'CreateKey', 'CreateQueue') THEN 'first version'
        WHEN c.state_before IS NULL THEN 'what it said before is not recorded'
        ELSE 'compared with the version before'
    END AS compared_with,
    only_in(c.sentences, CASE WHEN c.event_base_name = 'AddPermission' THEN [] ELSE c.state_before END) AS newly_says,
    CASE
        WHEN c.outcome = 'success' AND c.event_base_name NOT IN ('AddPermission', 'AddLayerVersionPermission')
            THEN only_in(c.state_before, coalesce(c.sentences, []))
    END AS no_longer_says,
    policy_remarks(c.document, c.recipient_account_id) AS remarks,
    CAST(c.document AS VARCHAR) AS document,
    c.event_id,
    c.event_key,
    c.verification
FROM compared AS c
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY c.subject, c.document_kind, c.event_time, c.event_id, c.event_key;
