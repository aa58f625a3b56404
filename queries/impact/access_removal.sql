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
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        coalesce(request_parameters ->> '$.userName', request_parameters ->> '$.roleName', request_parameters ->> '$.groupName', name_of_arn(denied_resource(error_message)), target, CAST(event_key AS VARCHAR)) AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'iam.amazonaws.com'
        AND event_base_name IN ('DeleteLoginProfile', 'UpdateLoginProfile', 'DeleteAccessKey', 'UpdateAccessKey', 'DeactivateMFADevice', 'DeleteVirtualMFADevice', 'DetachUserPolicy', 'DeleteUserPolicy', 'DetachRolePolicy', 'DeleteRolePolicy', 'RemoveUserFromGroup', 'DeleteUser', 'DeleteRole', 'DetachGroupPolicy', 'PutUserPermissionsBoundary', 'DeleteSSHPublicKey')
        AND coalesce(request_parameters ->> '$.userName', '') IS DISTINCT FROM user_name
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, event_names, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_targets)
ORDER BY first_time, who;
