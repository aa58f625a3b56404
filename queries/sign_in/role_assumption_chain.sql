-- /// query
-- name = "role_assumption_chain"
-- title = "Chains of role assumptions"
-- question = "Through which roles did a credential hop, from the first to the last, across accounts?"
-- events = [
--   "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoot",
--   "sts:GetSessionToken", "sts:GetFederationToken", "rolesanywhere:CreateSession", "signin:SwitchRole",
--   "signin:GetSigninToken",
-- ]
-- attack = ["T1550.001", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- empty = "No role assumption is recorded from there. The calling account records the hop out, the called account the hop in: an archive of one side shows half."
-- look = "Roles in other accounts, hops within seconds, sessions named by tools, refused tries at many roles."
--
-- [params]
-- start = { type = "VARCHAR", entity = "session", default = "", help = "Access key, ARN or name to start from; none given means every first credential" }
-- max_depth = { type = "BIGINT", default = 20, help = "Hops at most" }
--
-- [timeline]
-- message = ["{from_arn} took {to_arn}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH RECURSIVE edges AS MATERIALIZED (
    SELECT
        event_key,
        event_time,
        event_id,
        access_key_id AS from_key,
        coalesce(principal_arn, actor) AS from_arn,
        issued_access_key_id AS to_key,
        coalesce(
            response_elements ->> '$.assumedRoleUser.arn',
            response_elements ->> '$.federatedUser.arn',
            requested_role_arn,
            actor
        ) AS to_arn,
        coalesce(account_of_arn(requested_role_arn), recipient_account_id) AS to_account,
        outcome
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        (
            event_source = 'sts.amazonaws.com'
            AND event_base_name IN (
                'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot', 'GetSessionToken', 'GetFederationToken'
            )
        )
        OR (event_source = 'rolesanywhere.amazonaws.com' AND event_base_name = 'CreateSession')
        OR (event_source = 'signin.amazonaws.com' AND event_base_name IN ('SwitchRole', 'GetSigninToken'))
    QUALIFY row_number() OVER (
        PARTITION BY coalesce(issued_access_key_id, shared_event_id, CAST(event_key AS VARCHAR))
        ORDER BY access_key_id IS NULL, event_time, event_id, event_key
    ) = 1
),

-- What an assumption grew from: the one that issued its key; without a key, the last one that led to the same session. At
-- most one each, so that hostile records cannot make the walk grow beyond the number of assumptions.
grown AS MATERIALIZED ( -- once, before the walk: DuckDB has no AsOf join inside of a recursion
    SELECT e.event_key AS child, p.event_key AS parent
    FROM edges AS e
    JOIN edges AS p ON p.to_key = e.from_key
    WHERE p.event_time <= e.event_time AND p.event_key <> e.event_key
    UNION ALL
    SELECT e.event_key AS child, p.event_key AS parent
    FROM (FROM edges WHERE from_key IS NULL AND from_arn IS NOT NULL) AS e
    ASOF JOIN (FROM edges WHERE to_arn IS NOT NULL) AS p ON p.to_arn = e.from_arn AND e.event_time > p.event_time
),

walk AS (
    SELECT
        1 AS hop,
        CAST(event_key AS VARCHAR) AS chain,
        e.*
    FROM edges AS e
    WHERE
        CASE
            WHEN $start = ''
                THEN NOT EXISTS (
                    SELECT 1 FROM edges AS before WHERE before.to_key = e.from_key AND before.event_key <> e.event_key
                )
            ELSE e.from_key = $start OR e.from_arn = $start OR name_of_arn(e.from_arn) = $start OR e.to_key = $start
        END
    UNION ALL
    SELECT
        w.hop + 1,
        w.chain,
        e.*
    FROM walk AS w
    JOIN grown AS g ON g.parent = w.event_key
    JOIN edges AS e ON e.event_key = g.child
    WHERE w.hop < $max_depth
),

shortest AS (
    SELECT * FROM walk QUALIFY row_number() OVER (PARTITION BY event_key ORDER BY hop, chain) = 1
),

begun AS (
    SELECT *, min(event_time) OVER (PARTITION BY chain) AS chain_began FROM shortest
)

SELECT
    row_number() OVER (ORDER BY w.chain_began, w.chain, w.hop, e.event_time, e.event_id, e.event_key) AS step,
    w.hop,
    e.event_time,
    e.recipient_account_id,
    e.aws_region,
    w.from_arn,
    w.from_key,
    w.to_arn,
    w.to_key,
    w.to_account,
    e.role_session_name AS from_session,
    e.event_name,
    e.outcome,
    e.error_class,
    e.source_ip_address,
    e.user_agent,
    (SELECT count(*) FROM around_scope($accounts, $regions) AS used WHERE used.access_key_id = w.to_key) AS calls_with_new_key,
    CASE
        WHEN w.hop = 1 AND w.from_key LIKE 'ASIA%' AND NOT EXISTS (SELECT 1 FROM edges AS issuer WHERE issuer.to_key = w.from_key) THEN 'the event that issued the first key is not in the archive'
        WHEN w.to_key IS NULL AND e.outcome = 'success' THEN 'the issued key is not in the record'
    END AS unresolved,
    e.event_id,
    e.event_key,
    e.verification
FROM begun AS w
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
ORDER BY step;
