-- /// query
-- name = "instance_profile_changes"
-- title = "Instance profiles"
-- question = "Which role ended up on which instance, and who put it there?"
-- events = [
--   "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:AddRoleToInstanceProfile",
--   "iam:RemoveRoleFromInstanceProfile", "ec2:AssociateIamInstanceProfile", "ec2:DisassociateIamInstanceProfile",
--   "ec2:ReplaceIamInstanceProfileAssociation",
-- ]
-- attack = ["T1098.003", "T1548.005"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No instance profile was changed as far as is recorded."
-- look = "A stronger role put on a running instance."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
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
    coalesce(request_parameters ->> '$.instanceProfileName', request_parameters ->> '$.AssociateIamInstanceProfileRequest.IamInstanceProfile.Name', request_parameters ->> '$.ReplaceIamInstanceProfileAssociationRequest.IamInstanceProfile.Name', request_parameters ->> '$.iamInstanceProfile.name') AS instance_profile,
    request_parameters ->> '$.roleName' AS role_name,
    coalesce(request_parameters ->> '$.AssociateIamInstanceProfileRequest.InstanceId', request_parameters ->> '$.instanceId') AS instance_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'CreateInstanceProfile', 'DeleteInstanceProfile', 'AddRoleToInstanceProfile',
            'RemoveRoleFromInstanceProfile'
        ))
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'AssociateIamInstanceProfile', 'DisassociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation'
        ))
    )
ORDER BY event_time, event_id, event_key;
