-- /// query
-- name = "role_assumption_failures"
-- title = "Callers refused on roles"
-- question = "Which caller was refused on roles, and on how many different ones?"
-- events = ["sts:AssumeRole"]
-- attack = ["T1110", "T1580"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody was refused on that many roles, as far as is recorded."
-- look = "Lists of guessed names, other accounts' roles."
--
-- [params]
-- min_roles = { type = "BIGINT", default = 1, help = "Different roles at least" }
--
-- [example]
-- trail = "role_hop"
-- ///
SELECT
    actor,
    source_ip_address,
    count(DISTINCT coalesce(requested_role_arn, denied_resource(error_message), error_message)) AS roles,
    count(*) AS refusals,
    some_of(coalesce(requested_role_arn, denied_resource(error_message))) AS role_arns,
    some_of(error_class) AS errors,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE event_source = 'sts.amazonaws.com' AND event_base_name LIKE 'AssumeRole%' AND outcome IN ('denied', 'failed')
GROUP BY ALL
HAVING count(DISTINCT coalesce(requested_role_arn, denied_resource(error_message), error_message)) >= $min_roles
ORDER BY roles DESC, refusals DESC, actor, source_ip_address;
