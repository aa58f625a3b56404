-- /// query
-- name = "iam_enumeration"
-- title = "Reading of users, roles and policies"
-- question = "Who read users, roles, policies and keys, how many different calls, and which that give everything at once?"
-- events = [
--   "iam:GetAccountAuthorizationDetails", "iam:ListUsers", "iam:ListRoles", "iam:ListPolicies",
--   "iam:SimulatePrincipalPolicy", "iam:GenerateCredentialReport", "iam:GetAccountPasswordPolicy",
-- ]
-- attack = ["T1087.004", "T1069.003", "T1201"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- empty = "Nobody read that much of IAM. Calls that services make for somebody are left out."
-- look = "Everything at once by a new credential, refused tries, tools."
--
-- [params]
-- min_distinct = { type = "BIGINT", default = 3, help = "Different calls that one must have made" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        event_base_name IN (
            'GetAccountAuthorizationDetails', 'GenerateCredentialReport', 'GetCredentialReport', 'SimulatePrincipalPolicy',
            'SimulateCustomPolicy', 'GenerateServiceLastAccessedDetails'
        ) AS gives_everything
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND (event_class IN ('read', 'list') OR event_base_name LIKE 'Generate%' OR event_base_name LIKE 'Simulate%')
        AND invoked_by IS NULL
)

SELECT
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(DISTINCT event_base_name) AS different,
    count(*) AS calls,
    count_if(outcome = 'denied') AS refused,
    some_of(CASE WHEN gives_everything THEN event_base_name END) AS give_everything,
    some_of(event_base_name) AS event_names,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM calls
GROUP BY who
HAVING count(DISTINCT event_base_name) >= $min_distinct OR bool_or(gives_everything)
ORDER BY first_time, who;
