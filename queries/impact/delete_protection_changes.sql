-- /// query
-- name = "delete_protection_changes"
-- title = "Protection against deletion"
-- question = "Where was protection against deletion or termination removed, or added?"
-- events = [
--   "rds:ModifyDBInstance", "rds:ModifyDBCluster", "rds:ModifyGlobalCluster", "ec2:ModifyInstanceAttribute",
--   "ec2:RunInstances", "cloudformation:UpdateTerminationProtection",
--   "elasticloadbalancing:ModifyLoadBalancerAttributes", "dynamodb:UpdateTable",
--   "elasticmapreduce:SetTerminationProtection", "cognito-idp:UpdateUserPool",
-- ]
-- attack = ["T1578.005", "T1485"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No recorded call set such a protection. Refused calls that lost their parameters are shown, because they may have."
-- look = "Protection taken away shortly before deletions; protection added to new machines by a stranger, which keeps a miner alive."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "destruction"
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
    coalesce(request_parameters ->> '$.dBInstanceIdentifier', request_parameters ->> '$.dBClusterIdentifier', request_parameters ->> '$.instanceId', request_parameters ->> '$.stackName', request_parameters ->> '$.loadBalancerArn', request_parameters ->> '$.tableName', request_parameters ->> '$.userPoolId') AS protected_thing,
    CASE WHEN deletion_protection(request_parameters) THEN 'added' WHEN NOT deletion_protection(request_parameters) THEN 'removed' ELSE 'not known' END AS protection,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'ModifyDBInstance', 'ModifyDBCluster', 'ModifyGlobalCluster'
        ))
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'ModifyInstanceAttribute', 'RunInstances'
        ))
        OR (event_source = 'cloudformation.amazonaws.com' AND event_base_name IN (
            'UpdateTerminationProtection'
        ))
        OR (event_source = 'elasticloadbalancing.amazonaws.com' AND event_base_name IN (
            'ModifyLoadBalancerAttributes'
        ))
        OR (event_source = 'dynamodb.amazonaws.com' AND event_base_name IN (
            'UpdateTable'
        ))
        OR (event_source = 'elasticmapreduce.amazonaws.com' AND event_base_name IN (
            'SetTerminationProtection'
        ))
        OR (event_source = 'cognito-idp.amazonaws.com' AND event_base_name IN (
            'UpdateUserPool'
        ))
    )
    AND (deletion_protection(request_parameters) IS NOT NULL OR (outcome = 'denied' AND coalesce(CAST(request_parameters AS VARCHAR), 'null') = 'null'))
ORDER BY event_time, event_id, event_key;
