-- /// query
-- name = "quota_and_cost_recon"
-- title = "Looks at quotas, spending and bills"
-- question = "Who looked at service quotas, spending or billing?"
-- events = [
--   "servicequotas:GetServiceQuota", "servicequotas:ListServiceQuotas", "servicequotas:GetAWSDefaultServiceQuota",
--   "servicequotas:ListAWSDefaultServiceQuotas", "servicequotas:ListServices",
--   "servicequotas:ListRequestedServiceQuotaChangeHistory", "ce:GetCostAndUsage", "ce:GetCostForecast",
--   "ce:GetUsageForecast", "ce:GetDimensionValues", "ce:GetReservationUtilization",
--   "billingconsole:GetBillingPreferences", "billingconsole:GetBillingNotifications",
--   "billingconsole:GetAccountPreferences", "billing:GetBillingPreferences", "billing:ListBillingViews",
--   "budgets:ViewBudget", "budgets:DescribeBudgets", "account:GetAlternateContact", "account:GetContactInformation",
--   "account:GetAccountInformation", "account:ListRegions", "freetier:GetFreeTierUsage",
--   "payments:ListPaymentPreferences", "payments:GetPaymentInstrument",
-- ]
-- attack = ["T1526", "T1580"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nobody looked at quotas or costs."
-- look = "vCPU quotas region by region, quotas of model services; credentials that never do that."
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
    request_parameters ->> '$.serviceCode' AS service_code,
    request_parameters ->> '$.quotaCode' AS quota_code,
    agent_family,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'servicequotas.amazonaws.com' AND event_base_name IN (
            'GetServiceQuota', 'ListServiceQuotas', 'GetAWSDefaultServiceQuota', 'ListAWSDefaultServiceQuotas',
            'ListServices', 'ListRequestedServiceQuotaChangeHistory'
        ))
        OR (event_source = 'ce.amazonaws.com' AND event_base_name IN (
            'GetCostAndUsage', 'GetCostForecast', 'GetUsageForecast', 'GetDimensionValues',
            'GetReservationUtilization'
        ))
        OR (event_source = 'billingconsole.amazonaws.com' AND event_base_name IN (
            'GetBillingPreferences', 'GetBillingNotifications', 'GetAccountPreferences'
        ))
        OR (event_source = 'billing.amazonaws.com' AND event_base_name IN (
            'GetBillingPreferences', 'ListBillingViews'
        ))
        OR (event_source = 'budgets.amazonaws.com' AND event_base_name IN ('ViewBudget', 'DescribeBudgets'))
        OR (event_source = 'account.amazonaws.com' AND event_base_name IN (
            'GetAlternateContact', 'GetContactInformation', 'GetAccountInformation', 'ListRegions'
        ))
        OR (event_source = 'freetier.amazonaws.com' AND event_base_name = 'GetFreeTierUsage')
        OR (event_source = 'payments.amazonaws.com' AND event_base_name IN (
            'ListPaymentPreferences', 'GetPaymentInstrument'
        ))
    )
ORDER BY event_time, event_id, event_key;
