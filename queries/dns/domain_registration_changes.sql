-- /// query
-- name = "domain_registration_changes"
-- title = "Changes of domain registrations"
-- question = "Which domains were registered, transferred, unlocked, re-delegated or deleted, by whom?"
-- events = [
--   "route53domains:RegisterDomain", "route53domains:TransferDomain",
--   "route53domains:TransferDomainToAnotherAwsAccount", "route53domains:AcceptDomainTransferFromAnotherAwsAccount",
--   "route53domains:CancelDomainTransferToAnotherAwsAccount",
--   "route53domains:RejectDomainTransferFromAnotherAwsAccount", "route53domains:DisableDomainTransferLock",
--   "route53domains:EnableDomainTransferLock", "route53domains:UpdateDomainNameservers",
--   "route53domains:UpdateDomainContact", "route53domains:UpdateDomainContactPrivacy",
--   "route53domains:RetrieveDomainAuthCode", "route53domains:DisableDomainAutoRenew",
--   "route53domains:EnableDomainAutoRenew", "route53domains:DeleteDomain", "route53domains:RenewDomain",
--   "route53domains:PushDomain", "route53domains:AssociateDelegationSignerToDomain",
--   "route53domains:DisassociateDelegationSignerFromDomain",
-- ]
-- attack = ["T1584.001"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/logging-using-cloudtrail.html"]
-- empty = "No recorded change of domain registrations. They are logged in us-east-1 under route53domains.amazonaws.com."
-- look = "The transfer lock switched off, transfer codes asked for, domains given to another account."
--
-- [params]
-- domain = { type = "VARCHAR", entity = "resource", default = "", help = "Part of a domain name; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "destruction"
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
    request_parameters ->> '$.domainName' AS domain_name,
    request_parameters ->> '$.accountId' AS given_to_account,
    list_filter(list_transform(as_list(json_extract(request_parameters, '$.nameservers')), lambda n: coalesce(n ->> '$.name', n ->> '$')), lambda x: x IS NOT NULL) AS nameservers,
    response_elements ->> '$.operationId' AS operation_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'route53domains.amazonaws.com' AND event_base_name IN (
            'RegisterDomain', 'TransferDomain', 'TransferDomainToAnotherAwsAccount',
            'AcceptDomainTransferFromAnotherAwsAccount', 'CancelDomainTransferToAnotherAwsAccount',
            'RejectDomainTransferFromAnotherAwsAccount', 'DisableDomainTransferLock', 'EnableDomainTransferLock',
            'UpdateDomainNameservers', 'UpdateDomainContact', 'UpdateDomainContactPrivacy', 'RetrieveDomainAuthCode',
            'DisableDomainAutoRenew', 'EnableDomainAutoRenew', 'DeleteDomain', 'RenewDomain', 'PushDomain',
            'AssociateDelegationSignerToDomain', 'DisassociateDelegationSignerFromDomain'
        )
    AND mentions($domain, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
