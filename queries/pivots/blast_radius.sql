-- /// query
-- name = "blast_radius"
-- title = "Reach of a credential"
-- question = "What did this credential and everything minted from it make or change, and what of it still stands at a time?"
-- attack = ["T1098", "T1136.003", "T1550.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call of this credential or of a key minted from it made or changed anything that lasts. Not looked at: reads, data events (objects, items, messages), calls that leave nothing behind, and what was deleted."
-- look = "Everything that still stands: it is what containment has to remove. Data events and what was deleted are not here; a change counts as undone only where a later call deletes or takes back the same thing."
--
-- [params]
-- access_key_id = { type = "VARCHAR", entity = "access_key", help = "Access key id" }
-- at = { type = "TIMESTAMP", default = "infinity", help = "What still stands at this instant; infinity: at the last recorded event. as_of says which it was" }
--
-- [timeline]
-- message = ["{access_key_id} left a {kind}: {made}", "({state})"]
--
-- [example]
-- trail = "leaked_key"
-- access_key_id = "AKIARTX3GSDS3J5Z3ACY"
-- ///
WITH RECURSIVE instant AS (
    SELECT CASE
        WHEN CAST($at AS TIMESTAMP) < TIMESTAMP '9999-01-01' THEN CAST($at AS TIMESTAMP)
        ELSE (SELECT max(event_time) FROM events)
    END AS as_of
),

edges AS (
    SELECT DISTINCT ON (issued_access_key_id)
        event_key,
        event_time,
        event_id,
        access_key_id AS from_key,
        issued_access_key_id AS to_key
    FROM around_scope($accounts, $regions)
    WHERE issued_access_key_id IS NOT NULL AND outcome <> 'denied'
    ORDER BY issued_access_key_id, access_key_id IS NULL, event_time, event_id, event_key
),

walk AS (
    SELECT $access_key_id AS key, [$access_key_id] AS path
    UNION ALL
    SELECT e.to_key, list_append(w.path, e.to_key)
    FROM walk AS w
    JOIN edges AS e ON e.from_key = w.key
    WHERE NOT list_contains(w.path, e.to_key) AND len(w.path) < 20
),

left_behind AS (
    SELECT
        *,
        CASE
            WHEN event_base_name = 'CreateAccessKey' THEN 'access key'
            WHEN event_base_name IN ('CreateLoginProfile', 'UpdateLoginProfile') THEN 'console password'
            WHEN event_base_name = 'CreateUser' THEN 'user'
            WHEN event_base_name IN ('CreateRole', 'UpdateAssumeRolePolicy') THEN 'role or its trust'
            WHEN event_base_name LIKE 'Attach%Policy' OR event_base_name LIKE 'Put%Policy' OR event_base_name IN ('AddUserToGroup', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'CreatePolicy')
                THEN 'permission'
            WHEN (event_source = 'sts.amazonaws.com' AND issued_access_key_id IS NOT NULL) OR event_base_name = 'GetSigninToken' THEN 'session'
            WHEN event_base_name IN ('CreateVirtualMFADevice', 'EnableMFADevice') THEN 'second factor'
            WHEN event_base_name IN ('CreateSAMLProvider', 'CreateOpenIDConnectProvider', 'CreateTrustAnchor') THEN 'identity provider'
            WHEN event_base_name IN ('AddPermission', 'PutBucketPolicy', 'PutKeyPolicy', 'CreateGrant', 'SetRepositoryPolicy', 'PutResourcePolicy')
                THEN 'resource policy'
            WHEN event_base_name IN ('ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute') THEN 'share'
            WHEN event_base_name LIKE 'AuthorizeSecurityGroup%' THEN 'network opening'
            WHEN event_base_name IN ('RunInstances', 'CreateFunction', 'CreateKeyPair', 'ImportKeyPair', 'CreateFunctionUrlConfig', 'PutRule', 'CreateSchedule')
                THEN 'compute or trigger'
            WHEN event_class NOT IN ('write', 'permissions') OR regexp_matches(event_base_name, '^(BatchDelete|Delete|Terminate|Detach|Remove|Revoke|Deregister|Disassociate|Retire|Release|Cancel|Untag|Reboot|Purge)') THEN NULL
            WHEN regexp_matches(event_base_name, '^(Invoke|Converse|Publish|SendEmail|SendRawEmail|SendBulk|SendMessage|StartQuery|Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateRandom|Sign$|PutLogEvents|PutMetricData|PutRecord|PutEvents)') THEN NULL
            WHEN regexp_matches(event_base_name, '^(Create|Register|Import|Allocate|Request|Run|Start|Launch|Restore|Copy|Provision|Purchase|Verify)') THEN 'other thing made'
            ELSE 'other change'
        END AS kind,
        -- Which of several a call is about, where one target holds many.
        CASE event_base_name
            WHEN 'CreatePolicyVersion' THEN response_elements ->> '$.policyVersion.versionId'
            WHEN 'CreateGrant' THEN response_elements ->> '$.grantId'
            ELSE coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName', request_parameters ->> '$.statementId', request_parameters ->> '$.serialNumber')
        END AS which,
        CASE WHEN event_base_name LIKE 'AuthorizeSecurityGroup%' THEN rules_of(request_parameters, response_elements) END AS rules
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE access_key_id IN (SELECT key FROM walk) AND outcome IN ('success', 'requested')
),

undone AS (
    SELECT
        event_time,
        event_id,
        event_source,
        recipient_account_id,
        aws_region,
        target,
        event_base_name,
        request_parameters ->> '$.accessKeyId' AS key_id,
        coalesce(
            request_parameters ->> '$.versionId', request_parameters ->> '$.grantId', request_parameters ->> '$.policyArn', request_parameters ->> '$.policyName',
            request_parameters ->> '$.statementId', request_parameters ->> '$.serialNumber'
        ) AS which,
        CASE WHEN event_base_name LIKE 'RevokeSecurityGroup%' THEN rules_of(request_parameters, response_elements) END AS rules,
        instance_ids_of(request_parameters, response_elements) AS instance_ids
    FROM around_scope($accounts, $regions)
    WHERE
        outcome NOT IN ('denied', 'failed', 'dry_run_ok')
        AND (
            regexp_matches(event_base_name, '^(Delete|Detach|Remove|Revoke|Terminate|Deactivate|Reset|Retire|Deregister)')
            OR (event_base_name = 'UpdateAccessKey' AND (request_parameters ->> '$.status') = 'Inactive')
        )
        AND event_time <= (SELECT as_of FROM instant)
),

ended AS (
    SELECT
        l.event_key,
        min(u.event_time) AS undone_at,
        arg_min(u.event_id, (u.event_time, u.event_id)) AS undone_by_event_id
    FROM left_behind AS l
    JOIN undone AS u
        ON u.event_time >= l.event_time
        AND CASE
            WHEN l.kind = 'access key' THEN u.key_id = l.issued_access_key_id
            WHEN l.kind = 'session' THEN FALSE
            WHEN l.event_base_name = 'RunInstances'
                THEN list_has_any(u.instance_ids, instance_ids_of(l.request_parameters, l.response_elements))
            ELSE
                u.event_source = l.event_source
                AND u.recipient_account_id = l.recipient_account_id
                AND u.aws_region = l.aws_region
                AND u.target = l.target
                AND u.event_base_name <> 'DeleteTags'
                AND (l.kind <> 'other change' OR u.event_base_name LIKE 'Delete%')
                AND CASE
                    WHEN l.rules IS NOT NULL THEN len(l.rules) > 0 AND list_has_all(u.rules, l.rules)
                    WHEN regexp_matches(u.event_base_name, '(UserPolicy|RolePolicy|GroupPolicy|PolicyVersion|Permission|Grant|MFADevice)$') THEN u.which = l.which
                    ELSE TRUE
                END
                AND regexp_replace(u.event_base_name, '^(Delete|Detach|Remove|Revoke|Terminate|Deactivate|Reset|Retire|Deregister)', '')
                = regexp_replace(l.event_base_name, '^(Create|Update|Attach|Put|Add|Authorize|Run|Enable|Modify|Register|Import)', '')
        END
    WHERE l.kind IS NOT NULL
    GROUP BY l.event_key
)

SELECT
    l.kind,
    l.event_time,
    l.event_name,
    l.access_key_id,
    l.actor,
    CASE
        WHEN l.event_base_name = 'RunInstances' THEN array_to_string(instance_ids_of(l.request_parameters, l.response_elements), ', ')
        WHEN l.kind = 'access key' AND l.issued_access_key_id IS NULL THEN 'a key of ' || coalesce(l.target, 'its own user')
        ELSE coalesce(l.issued_access_key_id, l.target)
    END AS made,
    coalesce(l.request_parameters ->> '$.policyArn', l.request_parameters ->> '$.policyName', l.requested_role_arn) AS detail,
    CASE
        WHEN e.undone_at IS NOT NULL THEN 'undone'
        WHEN l.kind = 'access key' AND l.issued_access_key_id IS NULL THEN 'cannot be followed: the record names no key id'
        WHEN l.kind = 'session' AND l.event_time + INTERVAL 36 HOUR < i.as_of THEN 'expired before as_of: no session lives longer than 36 hours'
        WHEN l.kind = 'session' THEN 'may be valid at as_of'
        WHEN l.kind = 'other change' THEN 'changed; only deletions of the thing are looked for'
        ELSE 'still stands as far as is recorded'
    END AS state,
    i.as_of,
    e.undone_at,
    e.undone_by_event_id,
    l.recipient_account_id,
    l.aws_region,
    l.source_ip_address,
    l.event_id,
    l.event_key,
    l.verification
FROM left_behind AS l
CROSS JOIN instant AS i
LEFT JOIN ended AS e ON l.event_key = e.event_key
WHERE l.kind IS NOT NULL
ORDER BY starts_with(l.kind, 'other'), l.kind, l.event_time, l.event_id, l.event_key;
