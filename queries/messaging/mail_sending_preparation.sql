-- /// query
-- name = "mail_sending_preparation"
-- title = "Preparations for sending mail"
-- question = "Which identities were verified, sending rights enabled, limits raised, and mail users made?"
-- events = [
--   "ses:VerifyEmailIdentity", "ses:VerifyDomainIdentity", "ses:VerifyDomainDkim", "ses:VerifyEmailAddress",
--   "ses:CreateEmailIdentity", "ses:DeleteIdentity", "ses:DeleteEmailIdentity", "ses:UpdateAccountSendingEnabled",
--   "ses:PutAccountSendingAttributes", "ses:PutAccountDetails", "ses:PutIdentityPolicy",
--   "ses:CreateEmailIdentityPolicy", "ses:SetIdentityFeedbackForwardingEnabled", "ses:SetIdentityNotificationTopic",
--   "ses:CreateEmailTemplate", "ses:CreateTemplate", "ses:CreateConfigurationSet", "ses:PutDedicatedIpInPool",
--   "iam:CreateUser", "support:CreateCase", "servicequotas:RequestServiceQuotaIncrease",
-- ]
-- attack = ["T1496.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html"]
-- empty = "Nobody prepared sending mail by a recorded call. Sending itself is a data event."
-- look = "New domains, many regions, requests to leave the sandbox, feedback switched off, users named ses-smtp-user."
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
    coalesce(request_parameters ->> '$.emailAddress', request_parameters ->> '$.domain', request_parameters ->> '$.emailIdentity', request_parameters ->> '$.identity') AS identity,
    request_parameters ->> '$.userName' AS user_made,
    request_parameters ->> '$.websiteURL' AS website,
    request_parameters ->> '$.useCaseDescription' AS use_case,
    request_parameters ->> '$.mailType' AS mail_type,
    coalesce(request_parameters ->> '$.enabled', request_parameters ->> '$.sendingEnabled', request_parameters ->> '$.productionAccessEnabled') AS sending_enabled,
    request_parameters ->> '$.quotaCode' AS quota,
    request_parameters ->> '$.desiredValue' AS wanted,
    request_parameters ->> '$.serviceCode' AS case_service,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ses.amazonaws.com' AND event_base_name IN (
            'VerifyEmailIdentity', 'VerifyDomainIdentity', 'VerifyDomainDkim', 'VerifyEmailAddress',
            'CreateEmailIdentity', 'DeleteIdentity', 'DeleteEmailIdentity', 'UpdateAccountSendingEnabled',
            'PutAccountSendingAttributes', 'PutAccountDetails', 'PutIdentityPolicy', 'CreateEmailIdentityPolicy',
            'SetIdentityFeedbackForwardingEnabled', 'SetIdentityNotificationTopic', 'CreateEmailTemplate',
            'CreateTemplate', 'CreateConfigurationSet', 'PutDedicatedIpInPool'
        ))
        OR (event_source = 'iam.amazonaws.com' AND event_base_name = 'CreateUser')
        OR (event_source = 'support.amazonaws.com' AND event_base_name = 'CreateCase')
        OR (event_source = 'servicequotas.amazonaws.com' AND event_base_name = 'RequestServiceQuotaIncrease')
    )
    AND (event_source <> 'iam.amazonaws.com' OR concat_ws(' ', request_parameters ->> '$.userName', error_message) ILIKE '%ses-smtp%')
    AND (event_source <> 'servicequotas.amazonaws.com' OR outcome = 'denied' OR (request_parameters ->> '$.serviceCode') ILIKE '%ses%' OR (request_parameters ->> '$.serviceCode') ILIKE '%sns%')
ORDER BY event_time, event_id, event_key;
