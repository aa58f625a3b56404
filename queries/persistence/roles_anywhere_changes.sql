-- /// query
-- name = "roles_anywhere_changes"
-- title = "Changes of Roles Anywhere"
-- question = "Which trust anchors, profiles and revocation lists of IAM Roles Anywhere were made, changed, enabled or disabled?"
-- events = [
--   "rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateTrustAnchor", "rolesanywhere:EnableTrustAnchor",
--   "rolesanywhere:DisableTrustAnchor", "rolesanywhere:DeleteTrustAnchor", "rolesanywhere:CreateProfile",
--   "rolesanywhere:UpdateProfile", "rolesanywhere:EnableProfile", "rolesanywhere:DisableProfile",
--   "rolesanywhere:DeleteProfile", "rolesanywhere:ImportCrl", "rolesanywhere:UpdateCrl", "rolesanywhere:EnableCrl",
--   "rolesanywhere:DisableCrl", "rolesanywhere:DeleteCrl", "rolesanywhere:PutAttributeMapping",
--   "rolesanywhere:DeleteAttributeMapping", "rolesanywhere:PutNotificationSettings",
--   "rolesanywhere:ResetNotificationSettings",
-- ]
-- attack = ["T1098.001", "T1556"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/rolesanywhere/latest/userguide/logging-using-cloudtrail.html"]
-- empty = "No recorded change of Roles Anywhere."
-- look = "A certificate bundle of unknown origin as trust anchor, a profile that reaches strong roles, revocation switched off."
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
    coalesce(request_parameters ->> '$.trustAnchorId', request_parameters ->> '$.profileId', response_elements ->> '$.trustAnchor.trustAnchorArn', response_elements ->> '$.profile.profileArn', request_parameters ->> '$.name') AS anchor_or_profile,
    request_parameters ->> '$.name' AS name,
    request_parameters ->> '$.source.sourceType' AS source_type,
    CASE
        WHEN json_exists(request_parameters, '$.source.sourceData')
            THEN json_exists(request_parameters, '$.source.sourceData.x509CertificateData')
    END AS own_certificate,
    request_parameters ->> '$.source.sourceData.acmPcaArn' AS certificate_authority,
    as_texts(json_extract(request_parameters, '$.roleArns')) AS role_arns,
    request_parameters ->> '$.enabled' AS enabled,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'rolesanywhere.amazonaws.com' AND event_base_name IN (
            'CreateTrustAnchor', 'UpdateTrustAnchor', 'EnableTrustAnchor', 'DisableTrustAnchor', 'DeleteTrustAnchor',
            'CreateProfile', 'UpdateProfile', 'EnableProfile', 'DisableProfile', 'DeleteProfile', 'ImportCrl',
            'UpdateCrl', 'EnableCrl', 'DisableCrl', 'DeleteCrl', 'PutAttributeMapping', 'DeleteAttributeMapping',
            'PutNotificationSettings', 'ResetNotificationSettings'
        )
ORDER BY event_time, event_id, event_key;
