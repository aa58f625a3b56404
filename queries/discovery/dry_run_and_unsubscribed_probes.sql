-- /// query
-- name = "dry_run_and_unsubscribed_probes"
-- title = "Dry runs and calls of services that are not enabled"
-- question = "Who probed permissions by dry run, or called services and regions that were never enabled here?"
-- attack = ["T1580"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html"]
-- empty = "No recorded call was a dry run or met a service that is not enabled."
-- look = "A key that tries launches without making any, or many services and regions in a row."
--
-- [timeline]
-- message = ["{actor} probed {event_name}", "on {target}", "and got {error_class}"]
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
    CASE
        WHEN outcome = 'dry_run_ok' THEN 'dry run: would have been allowed'
        WHEN error_class = 'OptInRequired' THEN 'service or region not enabled'
        ELSE 'service not subscribed'
    END AS probe,
    count(*) OVER (PARTITION BY coalesce(access_key_id, actor)) AS probes_of_this_key,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    outcome = 'dry_run_ok'
    OR error_class IN (
        'OptInRequired', 'SubscriptionRequiredException', 'SubscriptionRequired', 'NotSignedUp', 'InvalidClientTokenId.RegionDisabled',
        'RegionDisabledException'
    )
ORDER BY event_time, event_id, event_key;
