-- /// query
-- name = "log_deliveries_refused"
-- title = "Log deliveries that were refused"
-- question = "Which logs could AWS not deliver, since when, and into which bucket?"
-- events = ["s3:PutObject"]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html",
-- ]
-- empty = "No refused delivery is recorded. Deliveries are data events of the receiving bucket: without those, refusals are not recorded either."
-- look = "Access, flow and balancer logs that one hopes for and that never arrived; whether a bucket policy was changed just before the first refusal."
--
-- [timeline]
-- message = ["{refused} deliveries into {bucket_name} were refused", "with {error_class}"]
--
-- [example]
-- trail = "exercise"
-- ///
SELECT
    min(event_time) AS refused_since,
    max(event_time) AS refused_until,
    recipient_account_id,
    aws_region,
    actor,
    bucket_name,
    count(*)::BIGINT AS refused,
    min(object_key) AS first_key,
    max(object_key) AS last_key,
    some_of(error_class) AS errors,
    min(error_message) AS error_message,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 's3.amazonaws.com'
    AND outcome IN ('denied', 'failed')
    AND actor IN (
        'delivery.logs.amazonaws.com', 'cloudtrail.amazonaws.com', 'config.amazonaws.com', 'logging.s3.amazonaws.com',
        'logdelivery.elasticloadbalancing.amazonaws.com', 'logdelivery.elb.amazonaws.com', 'vpc-flow-logs.amazonaws.com'
    )
GROUP BY ALL
ORDER BY refused_since, first_event_id;
