-- /// query
-- name = "console_role_switches"
-- title = "Role switches in the console"
-- question = "Who switched role in the console?"
-- events = ["signin:SwitchRole", "signin:ExitRole", "signin:RenewRole"]
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
-- ]
-- empty = "No such sign-in is recorded. Sign-ins stand in us-east-1 or the region of the endpoint that was used."
-- look = "Roles in other accounts."
--
-- [timeline]
-- message = ["{switched_from} switched to {principal_arn}"]
--
-- [example]
-- trail = "exercise"
-- ///
SELECT
    event_time,
    recipient_account_id,
    aws_region,
    actor,
    access_key_id,
    source_ip_address,
    user_agent,
    event_source,
    event_name,
    outcome,
    error_class,
    target,
    additional_event_data ->> '$.SwitchFrom' AS switched_from,
    principal_arn,
    response_elements ->> '$.SwitchRole' AS result,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'signin.amazonaws.com' AND event_base_name IN ('SwitchRole', 'ExitRole', 'RenewRole')
ORDER BY event_time, event_id, event_key;
