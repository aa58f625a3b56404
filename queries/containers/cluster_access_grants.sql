-- /// query
-- name = "cluster_access_grants"
-- title = "Access to Kubernetes clusters"
-- question = "Who was given access to a cluster, and which cluster endpoint was opened?"
-- events = [
--   "eks:CreateCluster", "eks:CreateAccessEntry", "eks:UpdateAccessEntry", "eks:DeleteAccessEntry",
--   "eks:AssociateAccessPolicy", "eks:DisassociateAccessPolicy", "eks:UpdateClusterConfig",
--   "eks:AssociateIdentityProviderConfig", "eks:CreatePodIdentityAssociation", "eks:UpdatePodIdentityAssociation",
-- ]
-- attack = ["T1098.006", "T1133"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/eks/latest/userguide/logging-using-cloudtrail.html"]
-- empty = "No recorded call gave access to a cluster. Rights given inside the cluster (aws-auth, RBAC) are in its own audit log."
-- look = "The cluster administrator policy, endpoints open to 0.0.0.0/0, roles bound to pods."
--
-- [params]
-- cluster = { type = "VARCHAR", entity = "resource", default = "", help = "Cluster; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "compute_abuse"
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
    coalesce(request_parameters ->> '$.clusterName', request_parameters ->> '$.name') AS cluster,
    CASE
        WHEN was_done(outcome) AND event_base_name NOT IN ('DeleteAccessEntry', 'DisassociateAccessPolicy')
            THEN request_parameters ->> '$.principalArn'
    END AS given_to,
    CASE
        WHEN was_done(outcome) AND event_base_name IN ('DeleteAccessEntry', 'DisassociateAccessPolicy')
            THEN request_parameters ->> '$.principalArn'
    END AS taken_from,
    CASE WHEN NOT was_done(outcome) THEN request_parameters ->> '$.principalArn' END AS tried_for,
    as_texts(json_extract(request_parameters, '$.kubernetesGroups')) AS kubernetes_groups,
    coalesce(request_parameters ->> '$.policyArn', request_parameters ->> '$.roleArn') AS policy_or_role,
    request_parameters ->> '$.accessScope.type' AS access_scope,
    CASE WHEN was_done(outcome) THEN as_flag(json_extract(request_parameters, '$.resourcesVpcConfig.endpointPublicAccess')) END AS public_endpoint,
    given(outcome, as_texts(json_extract(request_parameters, '$.resourcesVpcConfig.publicAccessCidrs'))) AS open_to,
    only_tried(outcome, as_texts(json_extract(request_parameters, '$.resourcesVpcConfig.publicAccessCidrs'))) AS tried_to_open_to,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'eks.amazonaws.com' AND event_base_name IN (
        'CreateCluster', 'CreateAccessEntry', 'UpdateAccessEntry', 'DeleteAccessEntry', 'AssociateAccessPolicy',
        'DisassociateAccessPolicy', 'UpdateClusterConfig', 'AssociateIdentityProviderConfig',
        'CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation'
    )
    AND mentions($cluster, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
