-- /// query
-- name = "web_identity_sessions"
-- title = "Sessions through OIDC"
-- question = "Which outside subjects (pipelines, cluster accounts) got role credentials, and which of them are unexpected?"
-- events = ["sts:AssumeRoleWithWebIdentity"]
-- attack = ["T1078.004", "T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No session through OIDC is recorded."
-- look = "Repositories, branches or cluster accounts that should have no access."
--
-- [params]
-- expected_subjects = { type = "VARCHAR[]", default = [], help = "Subjects that are expected; * stands for anything" }
--
-- [timeline]
-- message = ["{subject} took {requested_role_arn}"]
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
    coalesce(response_elements ->> '$.subjectFromWebIdentityToken', user_name) AS subject,
    coalesce(response_elements ->> '$.provider', user_identity ->> '$.identityProvider') AS provider,
    response_elements ->> '$.audience' AS audience,
    requested_role_arn,
    issued_access_key_id,
    CASE
        WHEN array_length(CAST($expected_subjects AS VARCHAR[])) = 0 THEN NULL
        ELSE len(list_filter(CAST($expected_subjects AS VARCHAR[]), lambda s: matches(coalesce(response_elements ->> '$.subjectFromWebIdentityToken', user_name), s))) = 0
    END AS unexpected,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRoleWithWebIdentity'
ORDER BY event_time, event_id, event_key;
