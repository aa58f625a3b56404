-- /// query
-- name = "tag_history"
-- title = "Tags put on and taken off"
-- question = "Which tags were put on or taken off resources?"
-- events = [
--   "ec2:CreateTags", "ec2:DeleteTags", "tagging:TagResources", "tagging:UntagResources", "iam:TagUser",
--   "iam:TagRole", "iam:UntagUser", "iam:UntagRole", "s3:PutBucketTagging", "s3:DeleteBucketTagging",
--   "rds:AddTagsToResource", "rds:RemoveTagsFromResource",
-- ]
-- attack = ["T1098"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No tag was changed by a recorded call."
-- look = "Tags that access rules depend on; markers of tools."
--
-- [params]
-- text = { type = "VARCHAR", default = "", help = "Resource or tag that must occur; none given means all" }
--
-- [timeline]
-- message = ["{actor} called {event_name}", "on {target}", "from {source_ip_address}", "and got {error_class}"]
--
-- [example]
-- trail = "exercise"
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
    coalesce(json_extract(request_parameters, '$.resourcesSet'), json_extract(request_parameters, '$.resourceARNList'), to_json(target)) AS resources_tagged,
    coalesce(json_extract(request_parameters, '$.tagSet'), json_extract(request_parameters, '$.tags'), json_extract(request_parameters, '$.tagKeys'), json_extract(request_parameters, '$.Tagging')) AS tags,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN ('CreateTags', 'DeleteTags'))
        OR (event_source = 'tagging.amazonaws.com' AND event_base_name IN ('TagResources', 'UntagResources'))
        OR (event_source = 'iam.amazonaws.com' AND event_base_name IN ('TagUser', 'TagRole', 'UntagUser', 'UntagRole'))
        OR (event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketTagging', 'DeleteBucketTagging'))
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN ('AddTagsToResource', 'RemoveTagsFromResource'))
    )
    AND ($text = '' OR contains(CAST(request_parameters AS VARCHAR), $text))
ORDER BY event_time, event_id, event_key;
