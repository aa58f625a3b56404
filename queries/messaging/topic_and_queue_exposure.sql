-- /// query
-- name = "topic_and_queue_exposure"
-- title = "Topics and queues opened, subscribed and purged"
-- question = "Which topics and queues were opened, subscribed from outside, purged, deleted or no longer encrypted?"
-- events = [
--   "sns:SetTopicAttributes", "sns:AddPermission", "sns:RemovePermission", "sns:Subscribe", "sns:ConfirmSubscription",
--   "sns:CreateTopic", "sns:DeleteTopic", "sns:PutDataProtectionPolicy", "sqs:SetQueueAttributes", "sqs:AddPermission",
--   "sqs:RemovePermission", "sqs:CreateQueue", "sqs:PurgeQueue", "sqs:DeleteQueue", "sqs:StartMessageMoveTask",
-- ]
-- attack = ["T1537", "T1567", "T1485"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/sns/latest/dg/logging-using-cloudtrail.html"]
-- empty = "No recorded change of topics or queues. Messages themselves are data events."
-- look = "Everyone or other accounts in policies, subscriptions by mail or https to unknown places, purges."
--
-- [params]
-- topic_or_queue = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a topic ARN or queue URL; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
-- ///
WITH calls AS (
    SELECT
        *,
        policy_of(event_source, event_base_name, request_parameters, response_elements) AS document,
        list_concat(as_texts(json_extract(request_parameters, '$.aWSAccountIds')), as_texts(json_extract(request_parameters, '$.aWSAccountId'))) AS added,
        list_concat(accounts_let_in(policy_of(event_source, event_base_name, request_parameters, response_elements), recipient_account_id), [account_of_arn(request_parameters ->> '$.endpoint')]) AS let_in
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        (
            (event_source = 'sns.amazonaws.com' AND event_base_name IN (
                'SetTopicAttributes', 'AddPermission', 'RemovePermission', 'Subscribe', 'ConfirmSubscription',
                'CreateTopic', 'DeleteTopic', 'PutDataProtectionPolicy'
            ))
            OR (event_source = 'sqs.amazonaws.com' AND event_base_name IN (
                'SetQueueAttributes', 'AddPermission', 'RemovePermission', 'CreateQueue', 'PurgeQueue', 'DeleteQueue',
                'StartMessageMoveTask'
            ))
        )
        AND mentions($topic_or_queue, request_parameters, response_elements, resources, error_message)
)

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
    coalesce(request_parameters ->> '$.topicArn', request_parameters ->> '$.queueUrl', request_parameters ->> '$.queueName', request_parameters ->> '$.name', response_elements ->> '$.topicArn') AS topic_or_queue_named,
    request_parameters ->> '$.attributeName' AS attribute,
    request_parameters ->> '$.protocol' AS protocol,
    request_parameters ->> '$.endpoint' AS endpoint,
    given(outcome, added) AS given_to,
    CASE WHEN document IS NOT NULL THEN policy_remarks(document, recipient_account_id) END AS remarks,
    policy_sentences(document) AS policy_says,
    given(outcome, outsiders(list_concat(let_in, added), recipient_account_id, own.ids)) AS outside_accounts,
    only_tried(outcome, outsiders(list_concat(let_in, added), recipient_account_id, own.ids)) AS tried_to_let_in,
    coalesce(request_parameters ->> '$.attributes.KmsMasterKeyId', CASE WHEN (request_parameters ->> '$.attributeName') = 'KmsMasterKeyId' THEN request_parameters ->> '$.attributeValue' END) AS kms_key,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
