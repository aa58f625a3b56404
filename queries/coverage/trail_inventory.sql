-- /// query
-- name = "trail_inventory"
-- title = "Trails and their settings"
-- question = "Which trails can be inferred, with which settings over time?"
-- events = ["cloudtrail:CreateTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors"]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "No call about a trail is recorded: it was made before the first log. Verification names the trails whose digests are here."
-- look = "What each trail records, and since when."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "leaked_key"
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
    name_of_arn(coalesce(request_parameters ->> '$.name', request_parameters ->> '$.trailName', request_parameters ->> '$.trailNameList[0]')) AS trail,
    request_parameters,
    response_elements,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudtrail.amazonaws.com'
    AND event_base_name IN (
        'CreateTrail', 'UpdateTrail', 'PutEventSelectors', 'PutInsightSelectors', 'StartLogging', 'StopLogging', 'DeleteTrail', 'DescribeTrails',
        'GetTrailStatus', 'GetTrail', 'GetEventSelectors'
    )
    AND (request_parameters IS NOT NULL OR error_code IS NOT NULL)
ORDER BY event_time, event_id, event_key;
