-- /// query
-- name = "metadata_service_downgrades"
-- title = "Instance metadata opened up"
-- question = "Which instances were switched back to unauthenticated metadata or a longer hop limit?"
-- events = ["ec2:ModifyInstanceMetadataOptions", "ec2:ModifyInstanceMetadataDefaults"]
-- attack = ["T1562.001"]
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
    coalesce(request_parameters ->> '$.ModifyInstanceMetadataOptionsRequest.InstanceId', request_parameters ->> '$.instanceId') AS instance_id,
    coalesce(request_parameters ->> '$.ModifyInstanceMetadataOptionsRequest.HttpTokens', request_parameters ->> '$.httpTokens') AS http_tokens,
    coalesce(request_parameters ->> '$.ModifyInstanceMetadataOptionsRequest.HttpPutResponseHopLimit', request_parameters ->> '$.httpPutResponseHopLimit') AS hop_limit,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'ec2.amazonaws.com' AND event_base_name IN ('ModifyInstanceMetadataOptions', 'ModifyInstanceMetadataDefaults')
ORDER BY event_time, event_id, event_key;
