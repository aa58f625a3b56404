-- /// query
-- name = "identity_center_device_code_tokens"
-- title = "Device-code tokens"
-- question = "Were device-code tokens issued, which can be phished?"
-- events = ["sso:CreateToken", "sso-oauth:CreateToken"]
-- attack = ["T1528", "T1566.002"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No token was issued as far as is recorded."
-- look = "The grant type device_code, from an address that is not the user's."
--
-- [timeline]
-- message = ["token by {grant_type}", "from {source_ip_address}"]
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
    request_parameters ->> '$.grantType' AS grant_type,
    request_parameters ->> '$.clientId' AS client_id,
    user_name,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'sso.amazonaws.com' AND event_base_name = 'CreateToken')
        OR (event_source = 'sso-oauth.amazonaws.com' AND event_base_name = 'CreateToken')
    )
ORDER BY event_time, event_id, event_key;
