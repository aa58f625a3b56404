-- /// query
-- name = "trail_selector_changes"
-- title = "What trails record"
-- question = "Were management events, services or data events left out?"
-- events = ["cloudtrail:PutEventSelectors", "cloudtrail:PutInsightSelectors"]
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
    name_of_arn(coalesce(request_parameters ->> '$.name', request_parameters ->> '$.trailName', denied_resource(error_message))) AS trail,
    list_filter(as_list(json_extract(request_parameters, '$.eventSelectors')), lambda s: lower(coalesce(s ->> '$.includeManagementEvents', 'true')) = 'false' OR lower(coalesce(s ->> '$.readWriteType', 'all')) <> 'all') AS narrowing_selectors,
    flatten(list_transform(as_list(json_extract(request_parameters, '$.eventSelectors')), lambda s: as_texts(json_extract(s, '$.excludeManagementEventSources')))) AS left_out,
    json_extract(request_parameters, '$.eventSelectors') AS event_selectors,
    json_extract(request_parameters, '$.advancedEventSelectors') AS advanced_selectors,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN ('PutEventSelectors', 'PutInsightSelectors')
ORDER BY event_time, event_id, event_key;
