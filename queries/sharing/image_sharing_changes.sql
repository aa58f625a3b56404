-- /// query
-- name = "image_sharing_changes"
-- title = "Sharing of machine images"
-- question = "Which machine images were shared, with whom, made public, or closed again?"
-- events = ["ec2:ModifyImageAttribute", "ec2:ResetImageAttribute", "ec2:CancelImageLaunchPermission"]
-- attack = ["T1537"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No image was shared by a recorded call."
-- look = "The group all, accounts and organizations that are not ours."
--
-- [params]
-- image_id = { type = "VARCHAR", entity = "resource", default = "", help = "Image; refused calls that name nothing are shown too. None given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "and got {error_class}"]
--
-- [example]
-- trail = "data_sharing"
-- ///
WITH calls AS (
    SELECT
        *,
        CASE
            WHEN event_base_name <> 'ModifyImageAttribute' THEN []
            WHEN kept(request_parameters) THEN permitted(request_parameters, 'launchPermission', 'add')
        END AS added,
        CASE WHEN kept(request_parameters) THEN permitted(request_parameters, 'launchPermission', 'remove') END AS removed
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'ModifyImageAttribute', 'ResetImageAttribute', 'CancelImageLaunchPermission'
        )
        AND mentions($image_id, request_parameters, response_elements, resources, error_message)
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
    request_parameters ->> '$.imageId' AS image_id,
    given(outcome, added) AS shared_with,
    given(outcome, removed) AS taken_from,
    given(outcome, outsiders(added, recipient_account_id, own.ids)) AS outside_accounts,
    was_done(outcome) AND list_contains(added, 'all') AS made_public,
    only_tried(outcome, added) AS tried_to_share_with,
    event_id,
    event_key,
    verification
FROM calls
CROSS JOIN (SELECT coalesce(list(account), []) AS ids FROM owned_accounts) AS own
ORDER BY event_time, event_id, event_key;
