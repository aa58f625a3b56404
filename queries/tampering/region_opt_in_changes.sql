-- /// query
-- name = "region_opt_in_changes"
-- title = "Regions enabled or disabled"
-- question = "Which regions were enabled or disabled for the account?"
-- events = ["account:EnableRegion", "account:DisableRegion"]
-- attack = ["T1535"]
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
    request_parameters ->> '$.RegionName' AS region_name,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'account.amazonaws.com' AND event_base_name IN ('EnableRegion', 'DisableRegion')
ORDER BY event_time, event_id, event_key;
