-- /// query
-- name = "enumeration_burst"
-- title = "Many different read calls in a short time"
-- question = "Who made many different reading and listing calls within a short time?"
-- attack = ["T1526", "T1580"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody made that many different read calls in such a window. Scans by tools of posture management look the same when they are there."
-- look = "New addresses and agents, several regions, refusals among the calls."
--
-- [params]
-- minutes = { type = "BIGINT", default = 15, help = "Length of the sliding window in minutes" }
-- min_distinct = { type = "BIGINT", default = 10, help = "Different calls within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
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
        event_class IN ('read', 'list')
        AND invoked_by IS NULL
        AND user_identity_type IS DISTINCT FROM 'AWSService'
        AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, actors, access_key_ids,
    source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM burst_sums('calls', $minutes, $min_distinct)
ORDER BY first_time, who;
