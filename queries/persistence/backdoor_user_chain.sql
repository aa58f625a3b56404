-- /// query
-- name = "backdoor_user_chain"
-- title = "A user is made or given rights, then a key or password for that user"
-- question = "Who made a user or gave it rights and then made a key or password for the same user?"
-- events = [
--   "iam:CreateUser", "iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup", "iam:CreateAccessKey",
--   "iam:CreateLoginProfile", "iam:UpdateLoginProfile",
-- ]
-- attack = ["T1136.003", "T1098.003", "T1098.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- empty = "Nobody did both for one user within these hours. Steps by two different actors are not joined: read iam_changes."
-- look = "Administrator rights, a name like those of services, first use from another address."
--
-- [params]
-- hours = { type = "BIGINT", default = 24, help = "Hours between the steps at most" }
-- include_existing_users = { type = "BOOLEAN", default = true, help = "Also users who were there before and only got rights" }
--
-- [timeline]
-- message = ["{actor} made a credential for {user_changed}", "({event_name})", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
-- ///
WITH steps AS (
    SELECT
        *,
        coalesce(
            request_parameters ->> '$.userName', response_elements ->> '$.accessKey.userName', name_of_arn(denied_resource(error_message)),
            CASE WHEN event_base_name = 'CreateAccessKey' THEN user_name END
        ) AS user_changed,
        CASE
            WHEN event_base_name = 'CreateUser' THEN 'user made'
            WHEN event_base_name IN ('CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile') THEN 'credential'
            ELSE 'rights given'
        END AS step
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN (
            'CreateUser', 'AttachUserPolicy', 'PutUserPolicy', 'AddUserToGroup', 'CreateAccessKey', 'CreateLoginProfile',
            'UpdateLoginProfile'
        )
),

chains AS (
    SELECT
        c.event_key,
        min(s.event_time) FILTER (s.step = 'user made') AS user_made_at,
        list(
            s.event_name || coalesce(' ' || (s.request_parameters ->> '$.policyArn'), ' ' || (s.request_parameters ->> '$.policyName'), ' ' || (s.request_parameters ->> '$.groupName'), '')
            ORDER BY s.event_time, s.event_id
        ) FILTER (s.step = 'rights given') AS rights_given,
        first_ids(s.event_id, s.event_time) AS event_ids,
        count_if(s.outcome IN ('denied', 'failed')) AS refused_or_failed
    FROM steps AS c
    JOIN steps AS s
        ON s.user_changed = c.user_changed
        AND s.actor = c.actor
        AND s.recipient_account_id IS NOT DISTINCT FROM c.recipient_account_id
        AND s.event_time BETWEEN c.event_time - to_hours($hours) AND c.event_time + to_hours($hours)
    WHERE c.step = 'credential'
    GROUP BY c.event_key
    HAVING count_if(s.step = 'user made') > 0 OR ($include_existing_users AND count_if(s.step = 'rights given') > 0)
),

uses AS (
    SELECT access_key_id AS used_key, min(event_time) AS first_used_at, count(*) AS calls_with_key
    FROM around_scope($accounts, $regions)
    WHERE access_key_id IN (SELECT issued_access_key_id FROM steps WHERE step = 'credential')
    GROUP BY access_key_id
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
    user_changed,
    chains.user_made_at,
    chains.rights_given,
    issued_access_key_id,
    uses.first_used_at,
    coalesce(uses.calls_with_key, 0) AS calls_with_key,
    chains.refused_or_failed,
    chains.event_ids,
    event_id,
    event_key,
    verification
FROM steps
JOIN chains USING (event_key)
LEFT JOIN uses ON uses.used_key = issued_access_key_id
ORDER BY event_time, event_id, event_key;
