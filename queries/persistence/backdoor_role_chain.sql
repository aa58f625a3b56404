-- /// query
-- name = "backdoor_role_chain"
-- title = "A role trusts outsiders, gets rights, and is assumed"
-- question = "Which roles were made to trust another account or everyone, what rights did they get, and who assumed them?"
-- events = [
--   "iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePolicy", "sts:AssumeRole",
-- ]
-- attack = ["T1136.003", "T1098"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- empty = "No role was opened to another account by a recorded call. With owned_accounts in inputs/, own accounts do not count as outside."
-- look = "Accounts that nobody knows, administrator rights minutes later, an assumption from there."
--
-- [params]
-- hours = { type = "BIGINT", default = 24, help = "Hours between trust and rights at most" }
--
-- [timeline]
-- message = ["{actor} let outsiders into {role_name}", "({event_name})", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
-- ///
WITH trusts AS (
    SELECT
        *,
        coalesce(request_parameters ->> '$.roleName', name_of_arn(denied_resource(error_message))) AS role_name,
        policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE event_source = 'iam.amazonaws.com' AND event_base_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
),

opened AS (
    SELECT t.*, outsiders(accounts_let_in(t.document, t.recipient_account_id), t.recipient_account_id, own.ids) AS outside_accounts
    FROM trusts AS t
    CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
    WHERE
        is_public(t.document)
        OR len(outsiders(accounts_let_in(t.document, t.recipient_account_id), t.recipient_account_id, own.ids)) > 0
        OR t.outcome = 'denied'
),

rights AS (
    SELECT recipient_account_id, request_parameters ->> '$.roleName' AS role_name, event_time, event_id,
        event_name || ' ' || coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName', '') AS given
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'iam.amazonaws.com' AND event_base_name IN ('AttachRolePolicy', 'PutRolePolicy') AND outcome = 'success'
),

assumed AS (
    SELECT recipient_account_id, name_of_arn(requested_role_arn) AS role_name, event_time, event_id, actor, source_ip_address
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'sts.amazonaws.com' AND event_base_name = 'AssumeRole' AND outcome = 'success' AND is_cross_account
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
    role_name,
    given(outcome, outside_accounts) AS outside_accounts,
    only_tried(outcome, outside_accounts) AS tried_to_let_in,
    policy_remarks(document, recipient_account_id) AS remarks,
    (SELECT list(r.given ORDER BY r.event_time, r.event_id) FROM rights AS r
        WHERE r.role_name = opened.role_name AND r.recipient_account_id = opened.recipient_account_id
            AND r.event_time BETWEEN opened.event_time - to_hours($hours) AND opened.event_time + to_hours($hours)) AS rights_given,
    (SELECT min(a.event_time) FROM assumed AS a
        WHERE a.role_name = opened.role_name AND a.recipient_account_id = opened.recipient_account_id AND a.event_time >= opened.event_time) AS assumed_from_outside_at,
    (SELECT first_ids(a.event_id, a.event_time) FROM assumed AS a
        WHERE a.role_name = opened.role_name AND a.recipient_account_id = opened.recipient_account_id AND a.event_time >= opened.event_time) AS assumption_event_ids,
    event_id,
    event_key,
    verification
FROM opened
ORDER BY event_time, event_id, event_key;
