-- /// query
-- name = "data_event_coverage"
-- title = "Data events by kind and resource"
-- question = "Which kinds of data events exist, for which buckets, functions and tables, on which days?"
-- needs = ["data"]
-- attack = ["T1530"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "There is no data event: what was done to objects, functions and tables is not recorded here."
-- look = "Buckets that matter and are missing from the list."
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    event_source,
    date_trunc('day', event_time) AS day,
    coalesce(recipient_account_id, actor_account_id) AS account,
    aws_region,
    coalesce(bucket_name, target) AS resource,
    count(*) AS events,
    count(*) FILTER (coalesce(read_only, event_base_name LIKE 'Get%')) AS reads,
    some_of(event_base_name) AS calls,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE event_class = 'data'
GROUP BY ALL
ORDER BY event_source, day, account, aws_region, resource;
