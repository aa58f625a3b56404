-- /// query
-- name = "temporary_db_credentials"
-- title = "Database credentials made by calls"
-- question = "Who made temporary credentials for a database?"
-- events = [
--   "redshift:GetClusterCredentials", "redshift:GetClusterCredentialsWithIAM", "redshift-serverless:GetCredentials",
--   "rds:GenerateDBAuthToken", "dsql:GenerateDbConnectAuthToken", "memorydb:Connect",
-- ]
-- attack = ["T1552", "T1078.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/redshift/latest/mgmt/logging-with-cloudtrail.html"]
-- empty = "No recorded call made database credentials. Sign-ins to RDS with IAM are made on the client and never appear in CloudTrail."
-- look = "Users that are made on the way (auto_create), administrators as database user, new addresses."
--
-- [params]
-- cluster = { type = "VARCHAR", entity = "resource", default = "", help = "Cluster or work group; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.dbUser', response_elements ->> '$.dbUser') AS database_user,
    coalesce(request_parameters ->> '$.clusterIdentifier', request_parameters ->> '$.workgroupName') AS cluster,
    request_parameters ->> '$.dbName' AS database_named,
    as_flag(json_extract(request_parameters, '$.autoCreate')) AS auto_create,
    as_texts(json_extract(request_parameters, '$.dbGroups')) AS groups_joined,
    response_elements ->> '$.expiration' AS expires,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'redshift.amazonaws.com' AND event_base_name IN (
            'GetClusterCredentials', 'GetClusterCredentialsWithIAM'
        ))
        OR (event_source = 'redshift-serverless.amazonaws.com' AND event_base_name IN (
            'GetCredentials'
        ))
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'GenerateDBAuthToken'
        ))
        OR (event_source = 'dsql.amazonaws.com' AND event_base_name IN (
            'GenerateDbConnectAuthToken'
        ))
        OR (event_source = 'memorydb.amazonaws.com' AND event_base_name IN (
            'Connect'
        ))
    )
    AND mentions($cluster, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
