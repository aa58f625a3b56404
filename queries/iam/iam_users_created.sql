-- /// query
-- name = "iam_users_created"
-- title = "Users created"
-- question = "Which users were created, with which unique ids, and are they gone again?"
-- events = ["iam:CreateUser"]
-- attack = ["T1136.003"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Users made outside the pipeline, names that imitate others."
--
-- [timeline]
-- message = ["{actor} made the user {subject}"]
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
    coalesce(request_parameters ->> '$.userName', denied_resource(error_message)) AS subject,
    response_elements ->> '$.user.userId' AS unique_id,
    (
        SELECT min(gone.event_time)
        FROM around_scope($accounts, $regions) AS gone
        WHERE
            gone.event_source = 'iam.amazonaws.com'
            AND gone.event_base_name = 'DeleteUser'
            AND gone.outcome = 'success'
            AND gone.target = e.target
            AND gone.recipient_account_id = e.recipient_account_id
            AND gone.event_time >= e.event_time
    ) AS deleted_at,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
WHERE
    event_source = 'iam.amazonaws.com' AND event_base_name = 'CreateUser'
ORDER BY event_time, event_id, event_key;
