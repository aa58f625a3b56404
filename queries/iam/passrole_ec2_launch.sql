-- /// query
-- name = "passrole_ec2_launch"
-- title = "Instances started with a role"
-- question = "Which instances were started with an instance profile, and by whom?"
-- events = ["ec2:RunInstances", "ec2:RequestSpotInstances", "ec2:RunScheduledInstances"]
-- attack = ["T1548.005", "T1578.002"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No instance was started with a role as far as is recorded."
-- look = "Callers who never started instances before."
--
-- [timeline]
-- message = ["{actor} started {instance_ids} with {instance_profile}"]
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
    coalesce(request_parameters ->> '$.iamInstanceProfile.arn', request_parameters ->> '$.iamInstanceProfile.name', request_parameters ->> '$.launchSpecification.iamInstanceProfile.name') AS instance_profile,
    instance_ids_of(request_parameters, response_elements) AS instance_ids,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN ('RunInstances', 'RequestSpotInstances', 'RunScheduledInstances')
    AND coalesce(request_parameters ->> '$.iamInstanceProfile.arn', request_parameters ->> '$.iamInstanceProfile.name', request_parameters ->> '$.launchSpecification.iamInstanceProfile.name') IS NOT NULL
ORDER BY event_time, event_id, event_key;
