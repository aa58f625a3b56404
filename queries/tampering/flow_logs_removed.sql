-- /// query
-- name = "flow_logs_removed"
-- title = "Flow logs deleted"
-- question = "Which VPC flow logs were deleted, and did the VPC stay?"
-- events = ["ec2:DeleteFlowLogs"]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No such call is recorded. What is switched off cannot record itself: compare with event_coverage and the findings of verification."
-- look = "Who did it, whether it was undone, and what the same hand did meanwhile."
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
    list_transform(as_list(json_extract(request_parameters, '$.DeleteFlowLogsRequest.FlowLogId')), lambda f: coalesce(f ->> '$.content', f ->> '$')) AS flow_log_ids,
    EXISTS (
        SELECT 1
        FROM around_scope($accounts, $regions) AS gone
        WHERE
            gone.event_source = 'ec2.amazonaws.com'
            AND gone.event_base_name = 'DeleteVpc'
            AND gone.outcome = 'success'
            AND gone.recipient_account_id = e.recipient_account_id
            AND gone.event_time BETWEEN e.event_time AND e.event_time + INTERVAL 1 HOUR
    ) AS a_vpc_went_too,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name = 'DeleteFlowLogs'
ORDER BY event_time, event_id, event_key;
