-- /// query
-- name = "hybrid_activations_and_associations"
-- title = "Machines and documents registered with Systems Manager"
-- question = "Which activations, foreign machines, recurring associations and shared documents were set up in Systems Manager?"
-- events = [
--   "ssm:CreateActivation", "ssm:DeleteActivation", "ssm:RegisterManagedInstance", "ssm:DeregisterManagedInstance",
--   "ssm:UpdateManagedInstanceRole", "ssm:CreateAssociation", "ssm:CreateAssociationBatch", "ssm:UpdateAssociation",
--   "ssm:StartAssociationsOnce", "ssm:CreateDocument", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion",
--   "ssm:ModifyDocumentPermission", "ssm:CreateMaintenanceWindow", "ssm:RegisterTaskWithMaintenanceWindow",
--   "ssm:UpdateServiceSetting",
-- ]
-- attack = ["T1098", "T1651", "T1546"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-cloudtrail-logs.html"]
-- empty = "No recorded registration, association or document change."
-- look = "Activations nobody ordered, instances named mi-..., associations that run scripts on every machine, documents shared with all."
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "persistence"
-- ///
WITH calls AS (
    SELECT
        *,
        CASE
            WHEN event_base_name <> 'ModifyDocumentPermission' THEN []
            WHEN kept(request_parameters) THEN as_texts(json_extract(request_parameters, '$.accountIdsToAdd'))
        END AS added,
        CASE
            WHEN event_base_name <> 'ModifyDocumentPermission' THEN []
            WHEN kept(request_parameters) THEN as_texts(json_extract(request_parameters, '$.accountIdsToRemove'))
        END AS removed
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'ssm.amazonaws.com' AND event_base_name IN (
                'CreateActivation', 'DeleteActivation', 'RegisterManagedInstance', 'DeregisterManagedInstance',
                'UpdateManagedInstanceRole', 'CreateAssociation', 'CreateAssociationBatch', 'UpdateAssociation',
                'StartAssociationsOnce', 'CreateDocument', 'UpdateDocument', 'UpdateDocumentDefaultVersion',
                'ModifyDocumentPermission', 'CreateMaintenanceWindow', 'RegisterTaskWithMaintenanceWindow',
                'UpdateServiceSetting'
            )
)

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
    coalesce(request_parameters ->> '$.name', request_parameters ->> '$.documentName', request_parameters ->> '$.taskArn') AS document,
    coalesce(response_elements ->> '$.activationId', request_parameters ->> '$.activationId') AS activation_id,
    request_parameters ->> '$.iamRole' AS iam_role,
    request_parameters ->> '$.registrationLimit' AS registration_limit,
    list_transform(as_list(json_extract(request_parameters, '$.targets')), lambda t: (t ->> '$.key') || '=' || array_to_string(as_texts(json_extract(t, '$.values')), ',')) AS targets,
    coalesce(request_parameters ->> '$.instanceId', response_elements ->> '$.instanceId') AS instance_id,
    coalesce(request_parameters ->> '$.scheduleExpression', request_parameters ->> '$.schedule') AS schedule,
    given(outcome, added) AS shared_with,
    given(outcome, removed) AS taken_from,
    given(outcome, outsiders(added, recipient_account_id, own.ids)) AS outside_accounts,
    only_tried(outcome, added) AS tried_to_share_with,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
