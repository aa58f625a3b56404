-- /// query
-- name = "denied_call_burst"
-- title = "Many different refusals in a short time"
-- question = "Who was refused on many different actions within a short time?"
-- attack = ["T1580", "T1526"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody was refused on that many different actions in such a window. Lower min_actions, or read authorization_failures."
-- look = "A credential that tries what it can do, in many services and regions."
--
-- [params]
-- minutes = { type = "BIGINT", default = 30, help = "Length of the sliding window in minutes" }
-- min_actions = { type = "BIGINT", default = 5, help = "Different actions refused within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        event_source || ':' || coalesce(event_base_name, '') AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        outcome = 'denied'
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_actions)
ORDER BY first_time, who;
