-- /// query
-- name = "text_message_abuse"
-- title = "Text messages"
-- question = "Which text message settings were changed, numbers asked for, and messages sent to phones?"
-- events = [
--   "sns:SetSMSAttributes", "sns:GetSMSAttributes", "sns:GetSMSSandboxAccountStatus",
--   "sns:CreateSMSSandboxPhoneNumber", "sns:VerifySMSSandboxPhoneNumber", "sns:ListOriginationNumbers",
--   "sns:ListPhoneNumbersOptedOut", "sns:OptInPhoneNumber", "sns:Publish", "sms-voice:SendTextMessage",
--   "sms-voice:SendVoiceMessage", "sms-voice:RequestPhoneNumber", "sms-voice:RequestSenderId",
--   "sms-voice:DescribePhoneNumbers", "sms-voice:SetTextMessageSpendLimitOverride",
-- ]
-- needs = ["data:sns"]
-- attack = ["T1496.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/sns/latest/dg/logging-using-cloudtrail.html"]
-- empty = "No recorded call about text messages. Sending is a data event: it is only there where a trail was told to record it."
-- look = "Spend limits raised, many regions asked, sending to phones from a key that never did."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "compute_abuse"
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
    coalesce(request_parameters ->> '$.phoneNumber', request_parameters ->> '$.destinationPhoneNumber') AS phone_number,
    coalesce(request_parameters ->> '$.topicArn', request_parameters ->> '$.targetArn') AS topic,
    coalesce(request_parameters ->> '$.attributes.MonthlySpendLimit', request_parameters ->> '$.monthlyLimit') AS spend_limit,
    json_extract(request_parameters, '$.attributes') AS attributes,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'sns.amazonaws.com' AND event_base_name IN (
            'SetSMSAttributes', 'GetSMSAttributes', 'GetSMSSandboxAccountStatus', 'CreateSMSSandboxPhoneNumber',
            'VerifySMSSandboxPhoneNumber', 'ListOriginationNumbers', 'ListPhoneNumbersOptedOut', 'OptInPhoneNumber',
            'Publish'
        ))
        OR (event_source = 'sms-voice.amazonaws.com' AND event_base_name IN (
            'SendTextMessage', 'SendVoiceMessage', 'RequestPhoneNumber', 'RequestSenderId', 'DescribePhoneNumbers',
            'SetTextMessageSpendLimitOverride'
        ))
    )
    AND (event_base_name <> 'Publish' OR (request_parameters ->> '$.phoneNumber') IS NOT NULL OR outcome = 'denied')
ORDER BY event_time, event_id, event_key;
