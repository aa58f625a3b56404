-- /// query
-- name = "duplicate_events"
-- title = "Records that arrived more than once"
-- question = "Which records arrived more than once, and why?"
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "No record arrived twice."
-- look = "Two trails into one bucket; copies in hours that others lack."
--
-- [example]
-- trail = "exercise"
-- ///
WITH copies AS (
    SELECT
        event_key,
        count(*) AS copies,
        count(DISTINCT s.file_no) AS files,
        some_of(s.container) AS containers,
        some_of(f.region) AS path_regions
    FROM event_sources AS s
    LEFT JOIN files AS f USING (file_no)
    WHERE event_key IN (SELECT event_key FROM event_sources GROUP BY event_key HAVING count(*) > 1)
    GROUP BY event_key
)

SELECT
    coalesce(e.recipient_account_id, e.actor_account_id) AS account,
    e.aws_region,
    CASE
        WHEN len(c.containers) > 1 THEN 'in several containers'
        WHEN c.files > 1 THEN 'in several files: two trails, or delivered again'
        ELSE 'twice in one file'
    END AS why,
    count(*) AS events,
    sum(c.copies)::BIGINT AS copies,
    max(c.copies) AS most_copies_of_one,
    count(*) FILTER (e.shared_event_id IS NOT NULL) AS with_shared_event_id,
    min(e.event_time) AS first_seen,
    max(e.event_time) AS last_seen,
    first_ids(e.event_id, e.event_time) AS event_ids,
    histogram(e.verification) AS verification_classes
FROM copies AS c
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
GROUP BY ALL
ORDER BY events DESC, account, e.aws_region, why;
