-- /// query
-- name = "data_warehouse_queries_and_exports"
-- title = "Queries and exports through managed analytics"
-- question = "Who queried or exported tables and logs through Athena, DynamoDB, CloudWatch Logs, Glue or Redshift?"
-- events = [
--   "athena:StartQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution", "athena:CreateDataCatalog",
--   "dynamodb:Scan", "dynamodb:Query", "dynamodb:ExecuteStatement", "dynamodb:ExportTableToPointInTime",
--   "logs:StartQuery", "logs:GetQueryResults", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:CreateExportTask",
--   "glue:GetTable", "glue:GetTables", "glue:GetDatabases", "glue:GetPartitions", "redshift-data:ExecuteStatement",
--   "redshift-data:BatchExecuteStatement", "redshift-data:GetStatementResult",
-- ]
-- attack = ["T1213.006", "T1567.002", "T1654"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/athena/latest/ug/monitor-with-cloudtrail.html"]
-- empty = "No recorded call queried or exported through these services. Reads of DynamoDB are data events: they are only there where a trail was told to record them."
-- look = "Statements over whole tables, results into buckets that are not ours, exports of logs by somebody who never asked for them."
--
-- [params]
-- table_or_log = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a table, log group or statement; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.queryString', request_parameters ->> '$.statement', request_parameters ->> '$.sql', request_parameters ->> '$.filterPattern') AS statement,
    coalesce(request_parameters ->> '$.tableName', name_of_arn(request_parameters ->> '$.tableArn'), request_parameters ->> '$.name') AS table_named,
    coalesce(request_parameters ->> '$.queryExecutionContext.database', request_parameters ->> '$.databaseName', request_parameters ->> '$.database') AS database_named,
    coalesce(request_parameters ->> '$.logGroupName', array_to_string(as_texts(json_extract(request_parameters, '$.logGroupNames')), ', ')) AS log_group,
    coalesce(request_parameters ->> '$.resultConfiguration.outputLocation', request_parameters ->> '$.s3Bucket', request_parameters ->> '$.destination') AS to_place,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'athena.amazonaws.com' AND event_base_name IN (
            'StartQueryExecution', 'GetQueryResults', 'StopQueryExecution', 'CreateDataCatalog'
        ))
        OR (event_source = 'dynamodb.amazonaws.com' AND event_base_name IN (
            'Scan', 'Query', 'ExecuteStatement', 'ExportTableToPointInTime'
        ))
        OR (event_source = 'logs.amazonaws.com' AND event_base_name IN (
            'StartQuery', 'GetQueryResults', 'FilterLogEvents', 'GetLogEvents', 'CreateExportTask'
        ))
        OR (event_source = 'glue.amazonaws.com' AND event_base_name IN (
            'GetTable', 'GetTables', 'GetDatabases', 'GetPartitions'
        ))
        OR (event_source = 'redshift-data.amazonaws.com' AND event_base_name IN (
            'ExecuteStatement', 'BatchExecuteStatement', 'GetStatementResult'
        ))
    )
    AND mentions($table_or_log, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
