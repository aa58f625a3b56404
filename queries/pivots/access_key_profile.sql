-- /// query
-- name = "access_key_profile"
-- title = "Profile of an access key"
-- question = "When was the key first and last used, by whom, from which addresses, tools, regions and services, with what share of refusals?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events."
-- look = "Several networks or tools for one key, a region that is not used otherwise, many refusals."
--
-- [params]
-- access_key_ids = { type = "VARCHAR[]", entity = "access_key", help = "Access key ids" }
--
-- [example]
-- trail = "leaked_key"
-- access_key_ids = ["AKIARTX3GSDS3J5Z3ACY"]
-- ///
SELECT
    access_key_id,
    some_of(actor) AS actors,
    any_value(account_of_key(access_key_id)) AS account_in_key,
    count(*) AS events,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    count(*) FILTER (outcome = 'denied') AS denied,
    count(*) FILTER (outcome = 'failed') AS failed,
    count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
    some_of(source_ip_address) AS addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS regions,
    some_of(event_source) AS services,
    count(DISTINCT event_name) AS different_calls,
    first_ids(event_id, event_time) AS event_ids,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE list_contains(CAST($access_key_ids AS VARCHAR[]), access_key_id)
GROUP BY access_key_id
ORDER BY access_key_id;
