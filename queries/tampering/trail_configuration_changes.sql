-- /// query
-- name = "trail_configuration_changes"
-- title = "Settings of trails"
-- question = "What exactly was changed on a trail: bucket, key, regions, global events, validation, delivery?"
-- events = ["cloudtrail:CreateTrail", "cloudtrail:UpdateTrail"]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No such call is recorded. What is switched off cannot record itself: compare with event_coverage and the findings of verification."
-- look = "Fields that a script sends are the changed ones; the console sends all of them."
--
-- [params]
-- trail_name = { type = "VARCHAR", entity = "resource", default = "", help = "Trail; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
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
    name_of_arn(coalesce(request_parameters ->> '$.name', request_parameters ->> '$.trailName', denied_resource(error_message))) AS trail,
    request_parameters ->> '$.s3BucketName' AS bucket,
    request_parameters ->> '$.isMultiRegionTrail' AS multi_region,
    request_parameters ->> '$.includeGlobalServiceEvents' AS global_events,
    request_parameters ->> '$.enableLogFileValidation' AS validation,
    request_parameters ->> '$.kmsKeyId' AS kms_key,
    request_parameters ->> '$.cloudWatchLogsLogGroupArn' AS log_group,
    request_parameters ->> '$.isOrganizationTrail' AS organization_trail,
    response_elements,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN ('CreateTrail', 'UpdateTrail')
    AND ($trail_name = '' OR contains(target, $trail_name))
ORDER BY event_time, event_id, event_key;
