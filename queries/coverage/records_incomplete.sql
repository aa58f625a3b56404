-- /// query
-- name = "records_incomplete"
-- title = "Incomplete records"
-- question = "How many records are cut, hidden, amended, late or without time?"
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "No record is incomplete."
-- look = "What a question cannot see because it is not in the record."
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH flaws AS (
    SELECT
        unnest(list_filter([
            CASE WHEN lower(request_parameters ->> '$.omitted') = 'true' THEN 'parameters dropped for size' END,
            CASE WHEN contains(CAST(request_parameters AS VARCHAR), 'HIDDEN_DUE_TO_SECURITY_REASONS') THEN 'values hidden' END,
            CASE WHEN contains(CAST(request_parameters AS VARCHAR), 'sensitiveDataRemoved') THEN 'values removed' END,
            CASE WHEN addendum IS NOT NULL THEN 'amended or late: ' || coalesce(addendum ->> '$.reason', '') END,
            CASE WHEN event_time_basis <> 'eventTime' THEN 'time from ' || event_time_basis END,
            CASE WHEN event_id IS NULL THEN 'no event id' END,
            CASE WHEN fidelity <> 'full' THEN 'from a poorer container: ' || fidelity END,
            CASE WHEN len(parse_flags) > 0 THEN 'ambiguous: ' || array_to_string(parse_flags, ', ') END
        ], lambda f: f IS NOT NULL)) AS flaw,
        event_source,
        event_time,
        event_id,
        verification
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)

SELECT
    flaw,
    count(*) AS events,
    some_of(event_source) AS services,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM flaws
GROUP BY flaw
ORDER BY events DESC, flaw;
