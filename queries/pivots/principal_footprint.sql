-- /// query
-- name = "principal_footprint"
-- title = "Footprint of a principal"
-- question = "From which addresses, with which tools, in which regions and services did this principal act, day by day?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded call. Check the accounts, regions and hours that were searched, and whether the trail records data events."
-- look = "A day with a new address, tool or region."
--
-- [params]
-- principal = { type = "VARCHAR", entity = "principal", help = "ARN, name or unique id" }
--
-- [example]
-- trail = "leaked_key"
-- principal = "svc-reporting"
-- ///
SELECT
    date_trunc('day', event_time) AS day,
    actor,
    count(*) AS events,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    count(*) FILTER (outcome = 'denied') AS denied,
    count(*) FILTER (outcome = 'failed') AS failed,
    count(*) FILTER (event_class IN ('write', 'permissions')) AS writes,
    some_of(source_ip_address) AS addresses,
    some_of(agent_family) AS agent_families,
    some_of(aws_region) AS regions,
    some_of(access_key_id) AS access_keys,
    some_of(event_source) AS services,
    count(DISTINCT event_name) AS different_calls,
    first_ids(event_id, event_time) AS event_ids,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    is_principal($principal, actor, principal_arn, session_issuer_arn, user_name, principal_id)
GROUP BY ALL
ORDER BY day, actor;
