-- /// query
-- name = "certificates_issued_or_exported"
-- title = "Certificates issued, exported and imported"
-- question = "Which private certificates were issued, exported or imported, by whom?"
-- events = [
--   "acm-pca:IssueCertificate", "acm-pca:GetCertificate", "acm-pca:CreateCertificateAuthority",
--   "acm-pca:ImportCertificateAuthorityCertificate", "acm-pca:RevokeCertificate", "acm-pca:PutPolicy",
--   "acm-pca:CreatePermission", "acm:ExportCertificate", "acm:ImportCertificate", "acm:RequestCertificate",
--   "acm:DeleteCertificate",
-- ]
-- attack = ["T1649"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No recorded issue or export of certificates."
-- look = "Certificates for names of the company issued by hand, exports of private keys; sessions of Roles Anywhere that use them."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
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
    request_parameters ->> '$.certificateAuthorityArn' AS certificate_authority,
    coalesce(response_elements ->> '$.certificateArn', request_parameters ->> '$.certificateArn') AS certificate,
    request_parameters ->> '$.domainName' AS domain_name,
    request_parameters ->> '$.validity.value' AS validity_days,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'acm-pca.amazonaws.com' AND event_base_name IN (
            'IssueCertificate', 'GetCertificate', 'CreateCertificateAuthority',
            'ImportCertificateAuthorityCertificate', 'RevokeCertificate', 'PutPolicy', 'CreatePermission'
        ))
        OR (event_source = 'acm.amazonaws.com' AND event_base_name IN (
            'ExportCertificate', 'ImportCertificate', 'RequestCertificate', 'DeleteCertificate'
        ))
    )
ORDER BY event_time, event_id, event_key;
