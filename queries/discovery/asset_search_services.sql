-- /// query
-- name = "asset_search_services"
-- title = "Searches over all resources"
-- question = "Who used services that list everything in one call: search, tags, configuration, inventory, backups?"
-- events = [
--   "resource-explorer-2:Search", "resource-explorer-2:ListResources", "resource-explorer-2:CreateIndex",
--   "resource-explorer-2:ListIndexes", "resource-explorer-2:ListViews", "resource-explorer-2:CreateView",
--   "tagging:GetResources", "tagging:GetTagKeys", "tagging:GetTagValues", "config:SelectResourceConfig",
--   "config:SelectAggregateResourceConfig", "config:ListDiscoveredResources", "config:GetDiscoveredResourceCounts",
--   "config:ListAggregateDiscoveredResources", "backup:ListProtectedResources", "backup:ListRecoveryPointsByResource",
--   "backup:ListBackupVaults", "ssm:GetInventory", "ssm:ListInventoryEntries", "ssm:DescribeInstanceInformation",
--   "resource-groups:SearchResources", "resource-groups:ListGroupResources",
-- ]
-- attack = ["T1580", "T1526"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody used them by a recorded call."
-- look = "Searches for secrets, databases or everything, by credentials that never search."
--
-- [params]
-- people_only = { type = "BOOLEAN", default = true, help = "Leave out calls that a service made" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "secrets_theft"
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
    coalesce(request_parameters ->> '$.QueryString', request_parameters ->> '$.queryString', request_parameters ->> '$.expression') AS query,
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'resource-explorer-2.amazonaws.com' AND event_base_name IN (
            'Search', 'ListResources', 'CreateIndex', 'ListIndexes', 'ListViews', 'CreateView'
        ))
        OR (event_source = 'tagging.amazonaws.com' AND event_base_name IN (
            'GetResources', 'GetTagKeys', 'GetTagValues'
        ))
        OR (event_source = 'config.amazonaws.com' AND event_base_name IN (
            'SelectResourceConfig', 'SelectAggregateResourceConfig', 'ListDiscoveredResources',
            'GetDiscoveredResourceCounts', 'ListAggregateDiscoveredResources'
        ))
        OR (event_source = 'backup.amazonaws.com' AND event_base_name IN (
            'ListProtectedResources', 'ListRecoveryPointsByResource', 'ListBackupVaults'
        ))
        OR (event_source = 'ssm.amazonaws.com' AND event_base_name IN (
            'GetInventory', 'ListInventoryEntries', 'DescribeInstanceInformation'
        ))
        OR (event_source = 'resource-groups.amazonaws.com' AND event_base_name IN (
            'SearchResources', 'ListGroupResources'
        ))
    )
    AND (NOT $people_only OR (invoked_by IS NULL AND user_identity_type IS DISTINCT FROM 'AWSService'))
ORDER BY event_time, event_id, event_key;
