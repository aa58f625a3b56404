-- /// query
-- name = "authorization_failures"
-- title = "Refused calls"
-- question = "Which calls were refused, to whom, for what action and resource, and by which kind of policy?"
-- aliases = ["denied_calls"]
-- attack = ["T1580", "T1526"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No refused call is recorded in this window."
-- look = "One principal refused on many different actions: somebody tries out what a credential can do."
--
-- [params]
-- principal = { type = "VARCHAR", entity = "principal", default = "", help = "User name or ARN; none given means all" }
-- service = { type = "VARCHAR", default = "", help = "Service such as iam; none given means all" }
--
-- [timeline]
-- message = ["{actor} was refused {event_name}", "on {denied_resource}", "from {source_ip_address}"]
--
-- [example]
-- trail = "leaked_key"
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
    denied_action(error_text) AS denied_action,
    coalesce(denied_resource(error_text), target) AS denied_resource,
    denied_by(error_text) AS denied_by,
    denied_explicitly(error_text) AS explicit_deny,
    error_text AS error_message,
    event_id,
    event_key,
    verification
FROM (
    SELECT *, coalesce(error_message, response_elements ->> '$.message') AS error_text
    FROM scoped($since, $until, $accounts, $regions, $outcome)
)
WHERE
    outcome = 'denied'
    AND ($principal = '' OR is_principal($principal, actor, principal_arn, session_issuer_arn, user_name, principal_id))
    AND ($service = '' OR event_source = $service OR event_source = $service || '.amazonaws.com')
ORDER BY event_time, event_id, event_key;
