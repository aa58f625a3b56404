-- /// query
-- name = "trust_policy_changes"
-- title = "Changes of trust"
-- question = "Which roles' trust was changed, and to what?"
-- events = ["iam:UpdateAssumeRolePolicy"]
-- attack = ["T1098", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Accounts and providers that are let in; error MalformedPolicyDocument is guessing of names."
--
-- [params]
-- role = { type = "VARCHAR", entity = "principal", default = "", help = "Role name; none given means all" }
--
-- [timeline]
-- message = ["{actor} changed the trust of {role_name}", "({remarks})", "and got {error_class}"]
--
-- [example]
-- trail = "role_hop"
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
    policy_sentences(document) AS trust,
    policy_remarks(document, recipient_account_id) AS remarks,
    error_message,
    event_id,
    event_key,
    verification
FROM (
    SELECT *, policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name = 'UpdateAssumeRolePolicy'
    AND ($role = '' OR same_name(target, $role))
ORDER BY event_time, event_id, event_key;
