-- /// query
-- name = "principal_guessing"
-- title = "Names of principals tried through error messages"
-- question = "Were names of users or roles probed through policy errors, missing entities or refused role assumptions?"
-- events = ["iam:UpdateAssumeRolePolicy", "s3:PutBucketPolicy", "kms:PutKeyPolicy", "sts:AssumeRole"]
-- attack = ["T1087.004", "T1069.003"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- empty = "No such errors are recorded in our accounts. Guessing from another account leaves errors there, not here."
-- look = "Many names in a row by one actor, policies that are never applied with success."
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
    CASE WHEN event_source = 'sts.amazonaws.com' THEN 'role assumption refused' WHEN error_class ILIKE 'NoSuchEntity%' THEN 'no such entity' ELSE 'policy with an unknown principal' END AS kind,
    principals_in(policy_of(event_source, event_base_name, request_parameters, response_elements)) AS principals_tried,
    requested_role_arn,
    error_message,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        error_class ILIKE '%MalformedPolicy%'
        OR error_message ILIKE '%invalid principal%'
        OR (event_source = 'iam.amazonaws.com' AND error_class ILIKE 'NoSuchEntity%')
        OR (event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRole' AND outcome = 'denied')
    )
ORDER BY event_time, event_id, event_key;
