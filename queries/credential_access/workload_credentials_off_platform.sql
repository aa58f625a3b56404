-- /// query
-- name = "workload_credentials_off_platform"
-- title = "Credentials of functions, tasks and pods used elsewhere"
-- question = "Were credentials of a Lambda function, an ECS task or an EKS pod used from outside AWS or with an interactive tool?"
-- attack = ["T1552.005", "T1528"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html",
-- ]
-- cost = "scan"
-- empty = "Every session that is known as one of a workload acted as workloads do. Older records do not say what a session belongs to; only names of functions and OIDC providers tell then."
-- look = "Addresses outside AWS and outside inputs/networks.csv, the command line or a browser as agent, identity calls first. A workload in a VPC leaves through the company's own addresses: name them in inputs/networks.csv."
--
-- [params]
-- private_too = { type = "BOOLEAN", default = false, help = "Also private addresses, which come through VPC endpoints" }
--
-- [example]
-- trail = "exercise"
-- ///
WITH pods AS (
    SELECT issued_access_key_id AS pod_key
    FROM around_scope($accounts, $regions)
    WHERE
        event_source = 'sts.amazonaws.com'
        AND event_base_name = 'AssumeRoleWithWebIdentity'
        AND issued_access_key_id IS NOT NULL
        AND (
            (request_parameters ->> '$.provider') LIKE '%oidc.eks.%'
            OR (user_identity ->> '$.identityProvider') LIKE '%oidc.eks.%'
            OR (response_elements ->> '$.subjectFromWebIdentityToken') LIKE 'system:serviceaccount:%'
        )
    UNION
    SELECT request_parameters ->> '$.credentials.accessKeyId'
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'eks-auth.amazonaws.com'
),

functions AS (
    SELECT DISTINCT name_of_arn(coalesce(request_parameters ->> '$.functionName', response_elements ->> '$.functionName')) AS function_name
    FROM around_scope($accounts, $regions)
    WHERE event_source = 'lambda.amazonaws.com' AND event_class IN ('write', 'permissions', 'data')
),

sessions AS (
    SELECT
        *,
        CASE
            WHEN workload_type LIKE '%Lambda%' THEN 'function'
            WHEN workload_type LIKE '%ECS%' THEN 'task'
            WHEN workload_type LIKE '%EKS%' THEN 'pod'
            WHEN access_key_id IN (SELECT pod_key FROM pods WHERE pod_key IS NOT NULL) THEN 'pod'
            WHEN starts_with(role_session_name, 'eks-') THEN 'pod'
            WHEN role_session_name IN (SELECT function_name FROM functions WHERE function_name IS NOT NULL) THEN 'function'
        END AS workload
    FROM (
        SELECT *, scope ->> '$.inScopeOf.issuerType' AS workload_type, scope ->> '$.inScopeOf.sourceArn' AS workload_arn
        FROM (
            SELECT *, CASE WHEN contains(CAST(user_identity AS VARCHAR), 'inScopeOf') THEN user_identity END AS scope
            FROM scoped($since, $until, $accounts, $regions, $outcome)
        )
        WHERE
            user_identity_type = 'AssumedRole'
            AND invoked_by IS NULL
            AND source_kind NOT IN ('aws_service', 'aws_internal', 'empty')
    )
),

marked AS (
    SELECT
        *,
        list_filter([
            CASE
                WHEN source_kind IN ('public_ip', 'reserved_ip')
                    AND NOT EXISTS (SELECT 1 FROM aws_ranges AS r WHERE ip_number(source_ip_address) BETWEEN r.low AND r.high)
                    AND NOT contains(coalesce(user_agent, ''), 'exec-env/')
                    THEN 'address is not known as one of AWS'
            END,
            CASE WHEN $private_too AND source_kind = 'private_ip' THEN 'private address' END,
            CASE WHEN agent_family IN ('cli', 'browser', 'console', 'tool') THEN 'interactive tool: ' || agent_family END
        ], lambda x: x IS NOT NULL) AS remarks
    FROM sessions
    WHERE
        workload IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM networks AS n WHERE ip_number(source_ip_address) BETWEEN n.low AND n.high)
)

SELECT
    workload,
    any_value(workload_arn) AS workload_arn,
    actor,
    role_session_name,
    source_ip_address,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    list_sort(list_distinct(flatten(list(remarks)))) AS remarks,
    (SELECT min(r.service || ' ' || r.region) FROM aws_ranges AS r
        WHERE r.service <> 'AMAZON' AND ip_number(source_ip_address) BETWEEN r.low AND r.high) AS aws_range,
    some_of(access_key_id) AS access_key_ids,
    some_of(event_name) AS event_names,
    some_of(user_agent) AS user_agents,
    any_value(recipient_account_id) AS recipient_account_id,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    first_ids(event_id, event_time) AS event_ids,
    verifications(verification) AS verification
FROM marked
WHERE len(remarks) > 0
GROUP BY workload, actor, role_session_name, source_ip_address
ORDER BY first_time, actor, role_session_name, source_ip_address;
