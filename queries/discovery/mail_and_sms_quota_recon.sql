-- /// query
-- name = "mail_and_sms_quota_recon"
-- title = "Looks at mail and text message limits"
-- question = "Who checked how much mail or how many text messages the account may send?"
-- events = [
--   "ses:GetSendQuota", "ses:GetSendStatistics", "ses:GetAccount", "ses:GetAccountSendingEnabled",
--   "ses:ListIdentities", "ses:ListVerifiedEmailAddresses", "ses:ListEmailIdentities",
--   "ses:GetIdentityVerificationAttributes", "ses:GetEmailIdentity", "ses:ListServiceQuotas", "sns:GetSMSAttributes",
--   "sns:GetSMSSandboxAccountStatus", "sns:ListOriginationNumbers", "sns:ListPhoneNumbersOptedOut",
--   "sns:CheckIfPhoneNumberIsOptedOut", "sns:ListSMSSandboxPhoneNumbers", "sms-voice:DescribeSpendLimits",
--   "sms-voice:DescribePhoneNumbers", "sms-voice:DescribeAccountLimits", "sms-voice:DescribeAccountAttributes",
-- ]
-- attack = ["T1526"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html"]
-- empty = "Nobody looked."
-- look = "Several regions in a row, credentials that never send mail; then mail_sending_preparation."
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
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ses.amazonaws.com' AND event_base_name IN (
            'GetSendQuota', 'GetSendStatistics', 'GetAccount', 'GetAccountSendingEnabled', 'ListIdentities',
            'ListVerifiedEmailAddresses', 'ListEmailIdentities', 'GetIdentityVerificationAttributes',
            'GetEmailIdentity', 'ListServiceQuotas'
        ))
        OR (event_source = 'sns.amazonaws.com' AND event_base_name IN (
            'GetSMSAttributes', 'GetSMSSandboxAccountStatus', 'ListOriginationNumbers', 'ListPhoneNumbersOptedOut',
            'CheckIfPhoneNumberIsOptedOut', 'ListSMSSandboxPhoneNumbers'
        ))
        OR (event_source = 'sms-voice.amazonaws.com' AND event_base_name IN (
            'DescribeSpendLimits', 'DescribePhoneNumbers', 'DescribeAccountLimits', 'DescribeAccountAttributes'
        ))
    )
ORDER BY event_time, event_id, event_key;
