-- /// query
-- name = "iam_roles_created"
-- title = "Roles created"
-- question = "Which roles were created and who may take them?"
-- events = ["iam:CreateRole"]
-- attack = ["T1136.003", "T1098.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Trust in other accounts or in everyone."
--
-- [timeline]
-- message = ["{actor} made the role {role_name}", "({remarks})"]
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
    request_parameters ->> '$.roleName' AS role_name,
    response_elements ->> '$.role.roleId' AS unique_id,
    policy_sentences(document) AS trust,
    policy_remarks(document, recipient_account_id) AS remarks,
    request_parameters ->> '$.permissionsBoundary' AS permissions_boundary,
    event_id,
    event_key,
    verification
FROM (
    SELECT *, policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name = 'CreateRole'
ORDER BY event_time, event_id, event_key;
