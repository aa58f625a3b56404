-- /// query
-- name = "logging_off_windows"
-- title = "Windows without logging"
-- question = "Between which stop or deletion and which start of a trail were we blind?"
-- events = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:StartLogging", "cloudtrail:CreateTrail"]
-- attack = ["T1562.008"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
-- ]
-- cost = "scan"
-- empty = "No stop or deletion of a trail is recorded. A trail that was never on leaves no trace here."
-- look = "Events recorded meanwhile came through another trail; without one, the window is a hole."
--
-- [timeline]
-- message = ["trail {trail} was off for {minutes_off} minutes"]
--
-- [example]
-- trail = "trail_stopped"
-- ///
WITH acts AS (
    SELECT
        *,
        name_of_arn(coalesce(request_parameters ->> '$.name', target)) AS trail
    FROM around_scope($accounts, $regions)
    WHERE
        event_source = 'cloudtrail.amazonaws.com'
        AND event_base_name IN ('StopLogging', 'DeleteTrail', 'StartLogging', 'CreateTrail')
        AND outcome = 'success'
)

SELECT
    e.event_time AS off_since,
    min(b.event_time) AS on_again,
    CASE WHEN min(b.event_time) IS NULL THEN 'no start is recorded' ELSE 'start recorded' END AS ended,
    date_diff('minute', min(e.event_time), min(b.event_time)) AS minutes_off,
    a.trail,
    e.recipient_account_id,
    e.aws_region,
    e.event_name,
    e.actor,
    e.access_key_id,
    e.source_ip_address,
    count(DISTINCT o.event_key) AS events_recorded_meanwhile,
    arg_min(b.event_id, (b.event_time, b.event_id)) AS start_event_id,
    e.event_id,
    e.event_key,
    e.verification
FROM acts AS a
JOIN scoped($since, $until, $accounts, $regions, $outcome) AS e USING (event_key)
LEFT JOIN acts AS b
    ON b.event_base_name IN ('StartLogging', 'CreateTrail')
    AND b.trail = a.trail
    AND b.recipient_account_id = a.recipient_account_id
    AND b.event_time >= a.event_time
LEFT JOIN events AS o
    ON o.recipient_account_id = a.recipient_account_id
    AND o.event_time > a.event_time
    AND o.event_time < b.event_time
WHERE a.event_base_name IN ('StopLogging', 'DeleteTrail')
GROUP BY ALL
ORDER BY e.event_time, e.event_id, e.event_key;
