-- /// query
-- name = "access_removal"
-- title = "Access taken from others"
-- question = "Who took passwords, keys, factors or rights from several others within a short time?"
-- attack = ["T1531"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- cost = "scan"
-- empty = "Nobody took access from several others in such a window."
-- look = "Administrators first; responders do the same on purpose: compare who acted."
--
-- [params]
-- minutes = { type = "BIGINT", default = 60, help = "Length of the sliding window in minutes" }
-- min_targets = { type = "BIGINT", default = 2, help = "Different users, roles or groups within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "destruction"
-- ///
WITH calls AS (
    SELECT
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', name_of_arn(denied_resource(error_message)), target, CAST(event_key AS VARCHAR)) AS thing,
        event_time,
        event_id,
        actor,
        access_key_id,
        source_ip_address,
        agent_family,
        aws_region,
        recipient_account_id,
        outcome,
        verification,
        event_base_name
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN ('DeleteLoginProfile', 'UpdateLoginProfile', 'DeleteAccessKey', 'UpdateAccessKey', 'DeactivateMFADevice', 'DeleteVirtualMFADevice', 'DetachUserPolicy', 'DeleteUserPolicy', 'DetachRolePolicy', 'DeleteRolePolicy', 'RemoveUserFromGroup', 'DeleteUser', 'DeleteRole', 'DetachGroupPolicy', 'PutUserPermissionsBoundary', 'DeleteSSHPublicKey')
        AND coalesce(request_parameters ->> '$.userName', '') IS DISTINCT FROM user_name
)

SELECT
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    some_of(event_base_name) AS event_names,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM bursts('calls', $minutes, $min_targets)
GROUP BY who, burst
ORDER BY first_time, who;
