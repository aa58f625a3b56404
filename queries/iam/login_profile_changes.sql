-- /// query
-- name = "login_profile_changes"
-- title = "Console passwords"
-- question = "Which console passwords were made, reset or removed, and for whom?"
-- events = ["iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:DeleteLoginProfile", "iam:ChangePassword"]
-- attack = ["T1098.001", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "A password for a user who worked with keys only."
--
-- [params]
-- by_other_only = { type = "BOOLEAN", default = false, help = "Only passwords of somebody else" }
--
-- [timeline]
-- message = ["{actor} called {event_name} for {subject}", "and got {error_class}"]
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
    coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', denied_resource(error_message)) AS subject,
    request_parameters ->> '$.passwordResetRequired' AS reset_required,
    CASE
        WHEN event_base_name = 'ChangePassword' OR (outcome = 'success' AND (request_parameters ->> '$.userName') IS NULL) THEN FALSE
        ELSE about_another(request_parameters ->> '$.userName', user_identity_type, user_name)
    END AS for_someone_else,
    user_identity_type = 'Root' AND (request_parameters ->> '$.userName') IS NULL AS root_password,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'CreateLoginProfile', 'UpdateLoginProfile', 'DeleteLoginProfile', 'ChangePassword'
        )
    AND (NOT $by_other_only OR about_another(request_parameters ->> '$.userName', user_identity_type, user_name))
ORDER BY event_time, event_id, event_key;
