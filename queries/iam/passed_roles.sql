-- /// query
-- name = "passed_roles"
-- title = "Roles handed to services"
-- question = "Which roles were handed to which services, by whom?"
-- attack = ["T1098.003", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No call handed a role to a service as far as is recorded. PassRole itself is never an event."
-- look = "Powerful roles on small machines, functions and builds."
--
-- [params]
-- role = { type = "VARCHAR", entity = "principal", default = "", help = "Role name or ARN; none given means all" }
--
-- [timeline]
-- message = ["{actor} handed {passed_role} to {event_source}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
-- Candidates by their text first, and kept: otherwise DuckDB reads the JSON of every write.
WITH candidates AS MATERIALIZED (
    SELECT *
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source NOT IN ('sts.amazonaws.com', 'iam.amazonaws.com')
        AND event_class NOT IN ('read', 'list', 'session')
        -- every one of these members has role or iamInstanceProfile in its name: look at the text before reading it as JSON
        AND (contains(lower(CAST(request_parameters AS VARCHAR)), 'role') OR contains(CAST(request_parameters AS VARCHAR), 'iamInstanceProfile'))
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
    passed_role,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        coalesce(
            request_parameters ->> '$.roleArn', request_parameters ->> '$.roleARN', request_parameters ->> '$.role',
            request_parameters ->> '$.serviceRole', request_parameters ->> '$.taskRoleArn', request_parameters ->> '$.executionRoleArn',
            request_parameters ->> '$.iamInstanceProfile.arn', request_parameters ->> '$.iamInstanceProfile.name',
            request_parameters ->> '$.iamInstanceProfile', request_parameters ->> '$.target.roleArn', request_parameters ->> '$.iamRoleArn',
            request_parameters ->> '$.administrationRoleARN', request_parameters ->> '$.iamRole', request_parameters ->> '$.jobRoleArn'
        ) AS passed_role
    FROM candidates
)
WHERE
    passed_role IS NOT NULL
    AND ($role = '' OR same_name(passed_role, $role) OR same_name(name_of_arn(passed_role), $role))
ORDER BY event_time, event_id, event_key;
