-- /// query
-- name = "sharing_guardrails_off"
-- title = "Account-wide protections lifted"
-- question = "Were default encryption or the blocks on public snapshots, images and buckets lifted?"
-- events = [
--   "ec2:DisableEbsEncryptionByDefault", "ec2:ModifyEbsDefaultKmsKeyId", "ec2:DisableSnapshotBlockPublicAccess",
--   "ec2:DisableImageBlockPublicAccess", "ec2:UnlockSnapshot", "s3:PutAccountPublicAccessBlock",
--   "s3:DeleteAccountPublicAccessBlock",
-- ]
-- attack = ["T1562.001"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No such call is recorded. What is switched off cannot record itself: compare with event_coverage and the findings of verification."
-- look = "Who did it, whether it was undone, and what the same hand did meanwhile."
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
    request_parameters,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    (
        (event_source = 'ec2.amazonaws.com' AND event_base_name IN (
            'DisableEbsEncryptionByDefault', 'ModifyEbsDefaultKmsKeyId', 'DisableSnapshotBlockPublicAccess',
            'DisableImageBlockPublicAccess', 'UnlockSnapshot'
        ))
        OR (event_source = 's3.amazonaws.com' AND event_base_name IN ('PutAccountPublicAccessBlock', 'DeleteAccountPublicAccessBlock'))
    )
ORDER BY event_time, event_id, event_key;
