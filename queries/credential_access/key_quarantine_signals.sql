-- /// query
-- name = "key_quarantine_signals"
-- title = "Signs that AWS saw a leaked key"
-- question = "Was a quarantine policy put on a user, or did AWS report an exposed key?"
-- events = ["iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:DetachUserPolicy", "iam:DeleteUserPolicy", "health:*"]
-- attack = ["T1552"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/access-keys_inline-policy.html"]
-- empty = "No quarantine policy was put on a user. AWS does not notice every leak."
-- look = "The user whose key leaked, when AWS saw it, and who took the policy away again."
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
    request_parameters ->> '$.userName' AS user_name_changed,
    coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName') AS policy,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (
            event_source = 'iam.amazonaws.com'
            AND event_base_name IN ('AttachUserPolicy', 'PutUserPolicy', 'DetachUserPolicy', 'DeleteUserPolicy')
            AND concat_ws(' ', CAST(request_parameters AS VARCHAR), error_message) SIMILAR TO '(?is).*(AWSCompromisedKeyQuarantine|AWSExposedCredentialPolicy).*'
        )
        OR (event_source = 'health.amazonaws.com' AND CAST(service_event_details AS VARCHAR) ILIKE '%EXPOSED%')
    )
ORDER BY event_time, event_id, event_key;
