-- /// query
-- name = "schema_profile"
-- title = "Versions and kinds of records"
-- question = "Which versions, types and categories of records exist, and which fields nobody knows?"
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "There are no records."
-- look = "Old versions lack readOnly and categories; unknown fields are kept but no question reads them."
--
-- [example]
-- trail = "leaked_key"
-- ///
SELECT
    event_version,
    event_type,
    event_category,
    event_time_basis,
    fidelity,
    count(*) AS events,
    count(*) FILTER (user_identity_type IS NULL) AS without_identity_type,
    count(*) FILTER (read_only IS NULL) AS without_read_only,
    count(*) FILTER (recipient_account_id IS NULL) AS without_recipient,
    count(*) FILTER (event_id IS NULL) AS without_event_id,
    list_sort(list_distinct(flatten(list(json_keys(unknown_fields)) FILTER (unknown_fields IS NOT NULL))))[1:30] AS unknown_fields,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM scoped($since, $until, $accounts, $regions, $outcome)
GROUP BY ALL
ORDER BY events DESC, event_version, event_type, event_category, event_time_basis, fidelity;
