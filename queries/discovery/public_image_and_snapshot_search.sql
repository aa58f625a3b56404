-- /// query
-- name = "public_image_and_snapshot_search"
-- title = "Searches for public images and snapshots"
-- question = "Who searched images and snapshots that are public, shared or deprecated?"
-- events = [
--   "ec2:DescribeImages", "ec2:DescribeSnapshots", "rds:DescribeDBSnapshots", "rds:DescribeDBClusterSnapshots",
-- ]
-- attack = ["T1580"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html"]
-- empty = "No recorded call searched beyond its own account."
-- look = "Owners and names of your company asked for by strangers cannot be seen here: that is in their logs. Here it is our keys that look around."
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
    list_transform(items_of(json_extract(request_parameters, '$.ownersSet')), lambda o: o ->> '$.owner') AS owners,
    list_transform(items_of(json_extract(request_parameters, '$.executableBySet')), lambda o: o ->> '$.user') AS executable_by,
    list_transform(items_of(json_extract(request_parameters, '$.sharedUsersSet')), lambda o: coalesce(o ->> '$.user', o ->> '$.userId')) AS restorable_by,
    as_flag(json_extract(request_parameters, '$.includePublic')) AS public_too,
    as_flag(json_extract(request_parameters, '$.includeShared')) AS shared_too,
    as_flag(json_extract(request_parameters, '$.includeDeprecated')) AS deprecated_too,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'DescribeImages', 'DescribeSnapshots'
        ))
        OR (event_source = 'rds.amazonaws.com' AND event_base_name IN (
            'DescribeDBSnapshots', 'DescribeDBClusterSnapshots'
        ))
    )
    AND (json_exists(request_parameters, '$.executableBySet') AND json_extract(request_parameters, '$.executableBySet') <> '{}'
        OR json_exists(request_parameters, '$.sharedUsersSet') AND json_extract(request_parameters, '$.sharedUsersSet') <> '{}'
        OR as_flag(json_extract(request_parameters, '$.includePublic')) OR as_flag(json_extract(request_parameters, '$.includeShared'))
        OR as_flag(json_extract(request_parameters, '$.includeDeprecated'))
        OR len(list_filter(items_of(json_extract(request_parameters, '$.ownersSet')), lambda o: coalesce(o ->> '$.owner', 'self') <> 'self')) > 0)
ORDER BY event_time, event_id, event_key;
