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
        counted_by($by, actor, access_key_id, source_ip_address) AS who,
        event_base_name || ' ' || coalesce(object_key, target, CAST(event_key AS VARCHAR)) AS thing,
        event_time,
        event_id,
        actor,
        access_key_id,
        source_ip_address,
        agent_family,
        aws_region,
        recipient_account_id,
        outcome,
        verification,
        event_base_name,
        event_source,
        invoked_by
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        regexp_matches(event_base_name, '^(Delete|Terminate|Deregister|Purge|Remove|Release|Destroy|ScheduleKeyDeletion|BatchDelete|Empty)')
)

SELECT
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    some_of(event_source) AS event_sources,
    some_of(event_base_name) AS event_names,
    some_of(invoked_by) AS invoked_by,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM bursts('calls', $minutes, $min_deletes)
GROUP BY who, burst
ORDER BY first_time, who;
