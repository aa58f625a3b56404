-- /// query
-- name = "access_keys_created"
-- title = "Access keys made"
-- question = "Which long-lived keys were made, for whom, by whom, and where was each first used?"
-- events = ["iam:CreateAccessKey"]
-- attack = ["T1098.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text."
-- look = "Keys for others, keys first used from another place than they were made."
--
-- [params]
-- by_other_only = { type = "BOOLEAN", default = false, help = "Only keys made for somebody else" }
--
-- [timeline]
-- message = ["{actor} made a key for {owner}", "first used from {first_used_from}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH firsts AS (
    SELECT
        access_key_id,
        count(*) AS uses,
        min(event_time) AS first_use,
        arg_min(source_ip_address, (event_time, event_id)) AS first_used_from,
        arg_min(user_agent, (event_time, event_id)) AS first_used_with,
        arg_min(event_id, (event_time, event_id)) AS first_use_event_id
    FROM around_scope($accounts, $regions)
    WHERE access_key_id LIKE 'AKIA%' AND event_time > TIMESTAMP '1970-01-01'
    GROUP BY access_key_id
)

SELECT
    e.event_time,
    e.recipient_account_id,
    e.actor,
    e.access_key_id,
    coalesce(
        e.response_elements ->> '$.accessKey.userName', e.request_parameters ->> '$.userName', denied_resource(e.error_message), e.user_name
    ) AS owner,
    e.issued_access_key_id AS new_key,
    about_another(coalesce(e.response_elements ->> '$.accessKey.userName', e.request_parameters ->> '$.userName'), e.user_identity_type, e.user_name) AS for_someone_else,
    e.outcome,
    e.error_class,
    e.source_ip_address,
    e.user_agent,
    coalesce(f.uses, 0) AS uses,
    f.first_use,
    f.first_used_from,
    f.first_used_with,
    f.first_use_event_id,
    f.first_used_from <> e.source_ip_address AS first_used_elsewhere,
    e.event_id,
    e.event_key,
    e.verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
LEFT JOIN firsts AS f ON f.access_key_id = e.issued_access_key_id
WHERE
    e.event_source = 'iam.amazonaws.com'
    AND e.event_base_name = 'CreateAccessKey'
    AND (NOT $by_other_only OR about_another(coalesce(e.response_elements ->> '$.accessKey.userName', e.request_parameters ->> '$.userName'), e.user_identity_type, e.user_name))
ORDER BY e.event_time, e.event_id, e.event_key;
