-- /// query
-- name = "passrole_cloudformation"
-- title = "Stacks run with a role"
-- question = "Which stacks, change sets or stack sets were made, updated or executed, with which role?"
-- events = [
--   "cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:CreateChangeSet",
--   "cloudformation:ExecuteChangeSet", "cloudformation:CreateStackSet", "cloudformation:UpdateStackSet",
--   "cloudformation:CreateStackInstances",
-- ]
-- attack = ["T1548.005", "T1651"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No stack was run as far as is recorded."
-- look = "Templates from foreign buckets, CAPABILITY_NAMED_IAM."
--
-- [timeline]
-- message = ["{actor} called {event_name}: {stack_name}", "with {role}"]
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
    request_parameters ->> '$.stackName' AS stack_name,
    coalesce(request_parameters ->> '$.roleARN', request_parameters ->> '$.administrationRoleARN') AS role,
    json_extract(request_parameters, '$.capabilities') AS capabilities,
    request_parameters ->> '$.templateURL' AS template_url,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudformation.amazonaws.com' AND event_base_name IN (
            'CreateStack', 'UpdateStack', 'CreateChangeSet', 'ExecuteChangeSet', 'CreateStackSet', 'UpdateStackSet',
            'CreateStackInstances'
        )
ORDER BY event_time, event_id, event_key;
