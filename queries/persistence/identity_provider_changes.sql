-- /// query
-- name = "identity_provider_changes"
-- title = "Identity providers added, replaced and removed"
-- question = "Which SAML and OIDC providers and external directories were added, changed or removed, by whom?"
-- events = [
--   "iam:CreateSAMLProvider", "iam:UpdateSAMLProvider", "iam:DeleteSAMLProvider", "iam:CreateOpenIDConnectProvider",
--   "iam:DeleteOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider",
--   "iam:RemoveClientIDFromOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint",
--   "sso:AssociateDirectory", "sso:DisassociateDirectory", "sso:CreateTrustedTokenIssuer",
--   "sso:UpdateTrustedTokenIssuer", "sso:DeleteTrustedTokenIssuer",
--   "sso-directory:CreateExternalIdPConfigurationForDirectory",
--   "sso-directory:UpdateExternalIdPConfigurationForDirectory",
--   "sso-directory:EnableExternalIdPConfigurationForDirectory",
--   "sso-directory:DisableExternalIdPConfigurationForDirectory",
--   "sso-directory:DeleteExternalIdPConfigurationForDirectory",
-- ]
-- attack = ["T1484.002", "T1556.007"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html"]
-- empty = "No recorded change of identity providers. Providers that stood before the first log are not shown."
-- look = "A provider that nobody ordered, metadata replaced on an old provider, client ids added; then role sessions by SAML or web identity."
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
    coalesce(response_elements ->> '$.sAMLProviderArn', response_elements ->> '$.openIDConnectProviderArn', request_parameters ->> '$.sAMLProviderArn', request_parameters ->> '$.openIDConnectProviderArn', request_parameters ->> '$.url', request_parameters ->> '$.name', request_parameters ->> '$.trustedTokenIssuerArn', request_parameters ->> '$.directoryId') AS provider,
    list_concat(as_texts(json_extract(request_parameters, '$.clientIDList')), as_texts(json_extract(request_parameters, '$.clientID'))) AS client_ids,
    as_texts(json_extract(request_parameters, '$.thumbprintList')) AS thumbprints,
    CASE
        WHEN event_base_name = 'UpdateSAMLProvider' AND NOT was_done(outcome) THEN FALSE
        WHEN event_base_name = 'UpdateSAMLProvider' AND kept(request_parameters) THEN json_exists(request_parameters, '$.sAMLMetadataDocument')
    END AS metadata_replaced,
    regexp_extract(request_parameters ->> '$.sAMLMetadataDocument', 'entityID="([^"]+)"', 1) AS metadata_entity,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'iam.amazonaws.com' AND event_base_name IN (
            'CreateSAMLProvider', 'UpdateSAMLProvider', 'DeleteSAMLProvider', 'CreateOpenIDConnectProvider',
            'DeleteOpenIDConnectProvider', 'AddClientIDToOpenIDConnectProvider',
            'RemoveClientIDFromOpenIDConnectProvider', 'UpdateOpenIDConnectProviderThumbprint'
        ))
        OR (event_source = 'sso.amazonaws.com' AND event_base_name IN (
            'AssociateDirectory', 'DisassociateDirectory', 'CreateTrustedTokenIssuer', 'UpdateTrustedTokenIssuer',
            'DeleteTrustedTokenIssuer'
        ))
        OR (event_source = 'sso-directory.amazonaws.com' AND event_base_name IN (
            'CreateExternalIdPConfigurationForDirectory', 'UpdateExternalIdPConfigurationForDirectory',
            'EnableExternalIdPConfigurationForDirectory', 'DisableExternalIdPConfigurationForDirectory',
            'DeleteExternalIdPConfigurationForDirectory'
        ))
    )
ORDER BY event_time, event_id, event_key;
