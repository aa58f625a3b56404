-- /// query
-- name = "image_registry_activity"
-- title = "Images pushed and pulled, registries opened"
-- question = "Which container images were pushed or pulled, by whom, and which repositories were opened or changed?"
-- events = [
--   "ecr:PutImage", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken",
--   "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:PutRegistryPolicy", "ecr:DeleteRegistryPolicy",
--   "ecr:PutReplicationConfiguration", "ecr:BatchDeleteImage", "ecr:PutImageScanningConfiguration",
--   "ecr:PutImageTagMutability", "ecr:CreateRepository", "ecr:DeleteRepository", "ecr:PutLifecyclePolicy",
--   "ecr:CreatePullThroughCacheRule", "ecr-public:PutImage", "ecr-public:CreateRepository",
--   "ecr-public:GetAuthorizationToken", "ecr-public:SetRepositoryPolicy",
-- ]
-- attack = ["T1525", "T1204.003", "T1537"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html"]
-- cost = "scan"
-- empty = "No recorded change of registries and no push of images."
-- look = "Pushes outside the pipeline, tags that are overwritten, policies with everyone, pulls by other accounts."
--
-- [params]
-- pulls = { type = "BOOLEAN", default = false, help = "Also pulls, layer downloads and log-ins, which are many" }
-- repository = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a repository name; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
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
    request_parameters ->> '$.repositoryName' AS repository_name,
    coalesce(request_parameters ->> '$.imageTag', response_elements ->> '$.image.imageId.imageTag') AS image_tag,
    response_elements ->> '$.image.imageId.imageDigest' AS image_digest,
    request_parameters ->> '$.imageScanningConfiguration.scanOnPush' AS scan_on_push,
    request_parameters ->> '$.imageTagMutability' AS tag_mutability,
    CASE WHEN event_base_name IN ('SetRepositoryPolicy', 'PutRegistryPolicy') THEN policy_remarks(coalesce(policy_of(event_source, event_base_name, request_parameters, response_elements), parsed(json_extract(request_parameters, '$.policyText'))), recipient_account_id) END AS remarks,
    list_filter(flatten(list_transform(as_list(json_extract(request_parameters, '$.replicationConfiguration.rules')), lambda r: list_transform(as_list(json_extract(r, '$.destinations')), lambda d: concat_ws(' in ', d ->> '$.registryId', d ->> '$.region')))), lambda x: x IS NOT NULL) AS replicated_to,
    is_cross_account AS from_other_account,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
WHERE
    (
        (event_source = 'ecr.amazonaws.com' AND event_base_name IN (
            'PutImage', 'BatchGetImage', 'GetDownloadUrlForLayer', 'GetAuthorizationToken', 'SetRepositoryPolicy',
            'DeleteRepositoryPolicy', 'PutRegistryPolicy', 'DeleteRegistryPolicy', 'PutReplicationConfiguration',
            'BatchDeleteImage', 'PutImageScanningConfiguration', 'PutImageTagMutability', 'CreateRepository',
            'DeleteRepository', 'PutLifecyclePolicy', 'CreatePullThroughCacheRule'
        ))
        OR (event_source = 'ecr-public.amazonaws.com' AND event_base_name IN (
            'PutImage', 'CreateRepository', 'GetAuthorizationToken', 'SetRepositoryPolicy'
        ))
    )
    AND mentions($repository, request_parameters, response_elements, resources, error_message)
    AND ($pulls OR outcome = 'denied' OR event_base_name NOT IN ('BatchGetImage', 'GetDownloadUrlForLayer', 'GetAuthorizationToken') OR (is_cross_account AND NOT list_contains(own.ids, coalesce(actor_account_id, ''))))
ORDER BY event_time, event_id, event_key;
