-- /// query
-- name = "log_gaps"
-- title = "Silent hours"
-- question = "Which hours are silent that should not be, by the rhythm of each account and region?"
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "No account and region fell silent for that long, measured by its own rhythm."
-- look = "Silence that is neither night nor weekend; hours that coverage calls missing."
--
-- [params]
-- min_hours = { type = "BIGINT", default = 3, help = "Hours of silence at least" }
--
-- [example]
-- trail = "trail_stopped"
-- ///
WITH hours AS (
    SELECT
        coalesce(recipient_account_id, actor_account_id) AS account,
        aws_region AS region,
        date_trunc('hour', event_time) AS hour,
        count(*) AS events,
        arg_max(event_id, (event_time, event_id)) AS last_event_id,
        arg_min(event_id, (event_time, event_id)) AS first_event_id
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    GROUP BY ALL
),

steps AS (
    SELECT
        *,
        lag(hour) OVER place AS hour_before,
        lag(last_event_id) OVER place AS last_event_before,
        median(date_diff('hour', hour_before_plain, hour)) OVER (PARTITION BY account, region) AS usual_step
    FROM (SELECT *, lag(hour) OVER (PARTITION BY account, region ORDER BY hour) AS hour_before_plain FROM hours)
    WINDOW place AS (PARTITION BY account, region ORDER BY hour)
)

SELECT
    account,
    region,
    hour_before + INTERVAL 1 HOUR AS silent_since,
    hour AS silent_until,
    date_diff('hour', hour_before, hour) - 1 AS silent_hours,
    usual_step AS usual_hours_between_events,
    (
        SELECT list(DISTINCT coverage.state ORDER BY coverage.state)
        FROM coverage
        WHERE
            coverage.account = steps.account
            AND coverage.region = steps.region
            AND coverage.hour > steps.hour_before
            AND coverage.hour < steps.hour
    ) AS coverage_states,
    last_event_before AS last_event_id_before,
    first_event_id AS first_event_id_after,
    [last_event_before, first_event_id] AS event_ids
FROM steps
WHERE date_diff('hour', hour_before, hour) - 1 >= greatest($min_hours, 3 * coalesce(usual_step, 1))
ORDER BY silent_hours DESC, account, region, silent_since;
