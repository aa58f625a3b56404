-- /// query
-- name = "principals_created_outside_automation"
-- title = "Principals made by hand"
-- question = "Which users, roles or groups were not made by the usual pipeline?"
-- events = ["iam:CreateUser", "iam:CreateRole", "iam:CreateGroup", "iam:CreateServiceLinkedRole"]
-- attack = ["T1136.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Names that do not fit the scheme."
--
-- [params]
-- allowed_actors = { type = "VARCHAR[]", entity = "principal", default = [], help = "Actors whose work is expected" }
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
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    invoked_by,
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN ('CreateUser', 'CreateRole', 'CreateGroup', 'CreateServiceLinkedRole')
    AND invoked_by IS DISTINCT FROM 'cloudformation.amazonaws.com'
    AND agent_family IS DISTINCT FROM 'iac'
    AND NOT is_among(actor, $allowed_actors)
    AND NOT is_among(user_name, $allowed_actors)
ORDER BY event_time, event_id, event_key;
