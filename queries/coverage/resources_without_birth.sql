-- /// query
-- name = "resources_without_birth"
-- title = "Things changed but never made"
-- question = "Which resources are changed in the window although the archive does not hold their making?"
-- attack = ["T1578"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "Everything that was changed was also made in what is loaded."
-- look = "Most are simply older than the archive; names that only look old are the point."
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    event_source,
    target,
    any_value(coalesce(recipient_account_id, actor_account_id)) AS account,
    count(*) AS changes,
    some_of(event_base_name) AS calls,
    some_of(actor) AS actors,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
WHERE
    event_class IN ('write', 'permissions')
    AND outcome NOT IN ('denied', 'failed')
    AND target IS NOT NULL
    AND NOT regexp_matches(event_base_name, '^(Create|Run|Register|Import|Allocate)')
    AND NOT EXISTS (
        SELECT 1
        FROM around_scope($accounts, $regions) AS birth
        WHERE
            birth.event_source = e.event_source
            AND birth.target = e.target
            AND regexp_matches(birth.event_base_name, '^(Create|Run|Register|Import|Allocate)')
            AND birth.outcome NOT IN ('denied', 'failed')
    )
GROUP BY event_source, target
ORDER BY changes DESC, event_source, target;
