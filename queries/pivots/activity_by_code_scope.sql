-- /// query
-- name = "activity_by_code_scope"
-- title = "What a function or task called"
-- question = "What did this Lambda function or ECS task call?"
-- attack = ["T1648"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events."
-- look = "Calls that the code has no reason to make."
--
-- [params]
-- arn = { type = "VARCHAR", entity = "resource", help = "ARN of the function or task; in older logs its name" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
-- arn = "arn:aws:lambda:us-east-1:111122223333:function:report"
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
    user_identity ->> '$.inScopeOf.issuerType' AS issuer_type,
    role_session_name,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        contains(CAST(user_identity AS VARCHAR), 'inScopeOf') -- few records have it: look at the text before reading it as JSON
        AND $arn IN (user_identity ->> '$.inScopeOf.sourceArn', user_identity ->> '$.inScopeOf.credentialsIssuedTo')
    )
    OR (user_identity_type = 'AssumedRole' AND role_session_name = name_of_arn($arn))
ORDER BY event_time, event_id, event_key;
