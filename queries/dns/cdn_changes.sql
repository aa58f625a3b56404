-- /// query
-- name = "cdn_changes"
-- title = "Changes of content distributions"
-- question = "Which origins, functions, certificates or aliases of distributions were changed?"
-- events = [
--   "cloudfront:CreateDistribution", "cloudfront:UpdateDistribution", "cloudfront:DeleteDistribution",
--   "cloudfront:CreateFunction", "cloudfront:UpdateFunction", "cloudfront:PublishFunction",
--   "cloudfront:CreateOriginAccessControl", "cloudfront:UpdateOriginAccessControl", "cloudfront:AssociateAlias",
--   "cloudfront:CreateInvalidation", "acm:RequestCertificate",
-- ]
-- attack = ["T1584", "T1557"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/logging_using_cloudtrail.html"]
-- empty = "No recorded call changed a distribution. CloudFront logs in us-east-1 only."
-- look = "Origins that are not ours, functions published, aliases and certificates for names like ours."
--
-- [params]
-- distribution = { type = "VARCHAR", entity = "resource", default = "", help = "Part of an id, name or domain; refused calls that name nothing are shown too. None given means all" }
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
    coalesce(request_parameters ->> '$.id', request_parameters ->> '$.distributionId', request_parameters ->> '$.name', response_elements ->> '$.distribution.id') AS distribution,
    list_transform(items_of(json_extract(request_parameters, '$.distributionConfig.origins')), lambda o: o ->> '$.domainName') AS origins,
    as_texts(json_extract(request_parameters, '$.distributionConfig.aliases.items')) AS aliases,
    coalesce(request_parameters ->> '$.distributionConfig.viewerCertificate.aCMCertificateArn', response_elements ->> '$.certificateArn') AS certificate,
    as_flag(json_extract(request_parameters, '$.distributionConfig.enabled')) AS enabled,
    request_parameters ->> '$.domainName' AS certificate_for,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'cloudfront.amazonaws.com' AND event_base_name IN (
            'CreateDistribution', 'UpdateDistribution', 'DeleteDistribution', 'CreateFunction', 'UpdateFunction',
            'PublishFunction', 'CreateOriginAccessControl', 'UpdateOriginAccessControl', 'AssociateAlias',
            'CreateInvalidation'
        ))
        OR (event_source = 'acm.amazonaws.com' AND event_base_name IN (
            'RequestCertificate'
        ))
    )
    AND mentions($distribution, request_parameters, response_elements, resources, error_message)
ORDER BY event_time, event_id, event_key;
