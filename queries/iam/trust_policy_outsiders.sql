-- /// query
-- name = "trust_policy_outsiders"
-- title = "Roles opened to outsiders"
-- question = "Which roles were made assumable by other accounts, everyone, or a federation provider without a condition on the subject?"
-- events = ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"]
-- attack = ["T1098", "T1199", "T1484.002"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded. IAM records stand in us-east-1 only; a denied call keeps no parameters, only its error text. Without a list of owned accounts every other account is an outsider."
-- look = "Accounts that nobody knows; providers whose any subject may come."
--
-- [params]
-- owned_accounts = { type = "VARCHAR[]", entity = "account", default = [], help = "Accounts that are ours besides those in inputs/owned_accounts" }
--
-- [timeline]
-- message = ["{actor} opened the role {role_name} to {outside_accounts}"]
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
    request_parameters ->> '$.roleName' AS role_name,
    was_done(outcome) AND is_public(document) AS open_to_everyone,
    given(outcome, outside_accounts) AS outside_accounts,
    given(outcome, loose_providers) AS loose_providers,
    only_tried(outcome, list_concat(
        CASE WHEN is_public(document) THEN ['everyone'] ELSE [] END, list_concat(outside_accounts, loose_providers)
    )) AS tried_to_let_in,
    policy_sentences(document) AS trust,
    event_id,
    event_key,
    verification
FROM (
    SELECT
        *,
        list_filter(
            accounts_let_in(document, recipient_account_id),
            lambda a: NOT list_contains(CAST($owned_accounts AS VARCHAR[]), a) AND NOT list_contains(ours.accounts, a)
        ) AS outside_accounts,
        list_distinct(flatten(list_transform(
            list_filter(
                statements_of(document),
                lambda s: allows(s)
                    AND len(as_texts(json_extract(s, '$.Principal.Federated'))) > 0
                    AND NOT regexp_matches(lower(coalesce(s ->> '$.Condition', '')), ':(sub|oaud|amr)"|saml:(aud|sub|iss)|cognito-identity.amazonaws.com:aud')
            ),
            lambda s: as_texts(json_extract(s, '$.Principal.Federated'))
        ))) AS loose_providers
    FROM (
    SELECT *, policy_of(event_source, event_base_name, request_parameters, response_elements) AS document
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
    CROSS JOIN (SELECT coalesce(list(account), []) AS accounts FROM owned_accounts) AS ours
    WHERE event_source = 'iam.amazonaws.com' AND event_base_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
)
WHERE
    event_source = 'iam.amazonaws.com'
    AND event_base_name IN ('CreateRole', 'UpdateAssumeRolePolicy')
    AND (
        is_public(document)
        OR len(outside_accounts) > 0
        OR len(loose_providers) > 0
    )
ORDER BY event_time, event_id, event_key;
