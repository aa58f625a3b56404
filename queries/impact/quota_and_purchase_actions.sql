-- /// query
-- name = "quota_and_purchase_actions"
-- title = "Quotas raised and things bought"
-- question = "Which quotas were raised, commitments bought, subscriptions accepted or domains registered?"
-- events = [
--   "servicequotas:RequestServiceQuotaIncrease", "servicequotas:PutServiceQuotaIncreaseRequestIntoTemplate",
--   "ec2:PurchaseReservedInstancesOffering", "ec2:PurchaseHostReservation", "ec2:PurchaseCapacityBlock",
--   "rds:PurchaseReservedDBInstancesOffering", "savingsplans:CreateSavingsPlan",
--   "agreement-marketplace:AcceptAgreementRequest", "aws-marketplace:Subscribe",
--   "bedrock:CreateFoundationModelAgreement", "bedrock:PutUseCaseForModelAccess", "route53domains:RegisterDomain",
--   "support:CreateCase",
-- ]
-- attack = ["T1496"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/servicequotas/latest/userguide/logging-using-cloudtrail.html"]
-- empty = "No recorded call raised a quota or bought anything. Purchases by hand in the billing console may come under other names."
-- look = "Quotas for accelerated machines or spot, model agreements, purchases by a key that never bought."
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
    coalesce(request_parameters ->> '$.serviceCode', event_source) AS service,
    request_parameters ->> '$.quotaCode' AS quota,
    request_parameters ->> '$.desiredValue' AS wanted,
    coalesce(request_parameters ->> '$.reservedInstancesOfferingId', request_parameters ->> '$.reservedDBInstancesOfferingId', request_parameters ->> '$.savingsPlanOfferingId', request_parameters ->> '$.agreementRequestId', request_parameters ->> '$.modelId', request_parameters ->> '$.domainName') AS bought,
    coalesce(request_parameters ->> '$.instanceCount', request_parameters ->> '$.dBInstanceCount', request_parameters ->> '$.commitment') AS how_much,
    coalesce(response_elements ->> '$.requestedQuota.status', response_elements ->> '$.reservedInstancesId') AS answer,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'servicequotas.amazonaws.com' AND event_base_name IN (
            'RequestServiceQuotaIncrease', 'PutServiceQuotaIncreaseRequestIntoTemplate'
        ))
        OR (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'PurchaseReservedInstancesOffering', 'PurchaseHostReservation', 'PurchaseCapacityBlock'
        ))
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'PurchaseReservedDBInstancesOffering'
        ))
        OR (event_source = 'savingsplans.amazonaws.com' AND event_base_name IN (
            'CreateSavingsPlan'
        ))
        OR (event_source = 'agreement-marketplace.amazonaws.com' AND event_base_name IN (
            'AcceptAgreementRequest'
        ))
        OR (event_source = 'aws-marketplace.amazonaws.com' AND event_base_name IN (
            'Subscribe'
        ))
        OR (event_source = 'bedrock.amazonaws.com' AND event_base_name IN (
            'CreateFoundationModelAgreement', 'PutUseCaseForModelAccess'
        ))
        OR (event_source = 'route53domains.amazonaws.com' AND event_base_name IN (
            'RegisterDomain'
        ))
        OR (event_source = 'support.amazonaws.com' AND event_base_name IN (
            'CreateCase'
        ))
    )
ORDER BY event_time, event_id, event_key;
