-- /// query
-- name = "mass_deletions"
-- title = "Many deletions in a short time"
-- question = "Who deleted many resources within a short time, and of which kinds?"
-- attack = ["T1485"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody deleted that many things in such a window. One DeleteObjects call can remove a thousand objects."
-- look = "Several services at once, backups among them; stacks that are taken down on purpose carry cloudformation in invoked_by."
--
-- [params]
-- minutes = { type = "BIGINT", default = 60, help = "Length of the sliding window in minutes" }
-- min_deletes = { type = "BIGINT", default = 10, help = "Different things deleted within the window" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "destruction"
-- ///
WITH calls AS (
    SELECT
        *,
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        event_base_name || ' ' || coalesce(object_key, target, CAST(event_key AS VARCHAR)) AS thing
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        regexp_matches(event_base_name, '^(Delete|Terminate|Deregister|Purge|Remove|Release|Destroy|ScheduleKeyDeletion|BatchDelete|Empty)')
)

SELECT
    who, first_time, last_time, most_in_window, different, calls, refused_or_failed, things, event_sources, event_names, invoked_by,
    actors, access_key_ids, source_ip_addresses, agent_families, aws_regions, recipient_account_ids, first_event_id, last_event_id,
    event_ids, verification
FROM burst_sums('calls', $minutes, $min_deletes)
ORDER BY first_time, who;
