-- /// query
-- name = "event_trigger_changes"
-- title = "Rules, schedules and mappings that run code"
-- question = "Which event rules, schedules, mappings and notifications that start code were made, changed or removed?"
-- events = [
--   "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:DeleteRule", "events:EnableRule",
--   "events:DisableRule", "events:PutPermission", "events:CreateApiDestination", "events:CreateConnection",
--   "scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule", "pipes:CreatePipe",
--   "pipes:UpdatePipe", "lambda:CreateEventSourceMapping", "lambda:UpdateEventSourceMapping",
--   "lambda:DeleteEventSourceMapping", "s3:PutBucketNotification", "cognito-idp:UpdateUserPool", "iot:CreateTopicRule",
--   "iot:ReplaceTopicRule",
-- ]
-- attack = ["T1546"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded change of triggers."
-- look = "Rules that fire on new users or keys, schedules that renew access, targets in another account."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
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
    coalesce(request_parameters ->> '$.name', request_parameters ->> '$.rule', request_parameters ->> '$.Name', request_parameters ->> '$.uUID', request_parameters ->> '$.UUID') AS rule_name,
    coalesce(request_parameters ->> '$.scheduleExpression', request_parameters ->> '$.ScheduleExpression') AS schedule,
    request_parameters ->> '$.eventPattern' AS event_pattern,
    list_distinct(list_filter(list_concat(list_transform(as_list(json_extract(request_parameters, '$.targets')), lambda t: t ->> '$.arn'), [coalesce(request_parameters ->> '$.target.arn', request_parameters ->> '$.Target.Arn'), request_parameters ->> '$.functionName']), lambda x: x IS NOT NULL)) AS runs,
    coalesce(request_parameters ->> '$.eventSourceArn', request_parameters ->> '$.source', request_parameters ->> '$.bucketName') AS source,
    coalesce(request_parameters ->> '$.roleArn', request_parameters ->> '$.target.roleArn', request_parameters ->> '$.Target.RoleArn') AS role_arn,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'events.amazonaws.com' AND event_base_name IN (
            'PutRule', 'PutTargets', 'RemoveTargets', 'DeleteRule', 'EnableRule', 'DisableRule', 'PutPermission',
            'CreateApiDestination', 'CreateConnection'
        ))
        OR (event_source = 'scheduler.amazonaws.com' AND event_base_name IN (
            'CreateSchedule', 'UpdateSchedule', 'DeleteSchedule'
        ))
        OR (event_source = 'pipes.amazonaws.com' AND event_base_name IN ('CreatePipe', 'UpdatePipe'))
        OR (event_source = 'lambda.amazonaws.com' AND event_base_name IN (
            'CreateEventSourceMapping', 'UpdateEventSourceMapping', 'DeleteEventSourceMapping'
        ))
        OR (event_source = 's3.amazonaws.com' AND event_base_name = 'PutBucketNotification')
        OR (event_source = 'cognito-idp.amazonaws.com' AND event_base_name = 'UpdateUserPool')
        OR (event_source = 'iot.amazonaws.com' AND event_base_name IN ('CreateTopicRule', 'ReplaceTopicRule'))
    )
ORDER BY event_time, event_id, event_key;
