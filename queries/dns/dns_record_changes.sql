-- /// query
-- name = "dns_record_changes"
-- title = "Changes of DNS records and zones"
-- question = "Which records or zones were changed, to what values?"
-- events = [
--   "route53:ChangeResourceRecordSets", "route53:CreateHostedZone", "route53:DeleteHostedZone",
--   "route53:AssociateVPCWithHostedZone", "route53:DisassociateVPCFromHostedZone",
--   "route53:CreateVPCAssociationAuthorization", "route53resolver:CreateResolverRule",
--   "route53resolver:UpdateResolverRule", "route53resolver:AssociateResolverRule",
-- ]
-- attack = ["T1584.002", "T1557"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/logging-using-cloudtrail.html"]
-- empty = "No recorded call changed a record or a zone. Changes at the registrar: domain_registration_changes."
-- look = "Names of sign-in or mail pointed elsewhere, TXT records for certificates, zones deleted."
--
-- [params]
-- name_like = { type = "VARCHAR", default = "", help = "Part of a name, zone or value; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
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
    coalesce(request_parameters ->> '$.hostedZoneId', request_parameters ->> '$.id', request_parameters ->> '$.name') AS zone,
    list_transform(as_list(json_extract(request_parameters, '$.changeBatch.changes')), lambda c: concat_ws(' ', c ->> '$.action', c ->> '$.resourceRecordSet.name', c ->> '$.resourceRecordSet.type', array_to_string(list_transform(as_list(json_extract(c, '$.resourceRecordSet.resourceRecords')), lambda r: r ->> '$.value'), ' '), c ->> '$.resourceRecordSet.aliasTarget.dNSName')) AS changes,
    coalesce(request_parameters ->> '$.vPC.vPCId', request_parameters ->> '$.vpcId') AS vpc,
    response_elements ->> '$.changeInfo.id' AS change_id,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'route53.amazonaws.com' AND event_base_name IN (
            'ChangeResourceRecordSets', 'CreateHostedZone', 'DeleteHostedZone', 'AssociateVPCWithHostedZone',
            'DisassociateVPCFromHostedZone', 'CreateVPCAssociationAuthorization'
        ))
        OR (event_source = 'route53resolver.amazonaws.com' AND event_base_name IN (
            'CreateResolverRule', 'UpdateResolverRule', 'AssociateResolverRule'
        ))
    )
    AND mentions($name_like, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
