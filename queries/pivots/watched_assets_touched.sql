-- /// query
-- name = "watched_assets_touched"
-- title = "Use of watched identities and resources"
-- question = "Were decoys, break-glass identities or other watched things used or touched?"
-- attack = ["T1078.004", "T1530"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nothing watched was touched as far as is recorded; with nothing to watch for there is nothing to find."
-- look = "Any use at all of a decoy."
--
-- [params]
-- watched = { type = "VARCHAR[]", entity = "resource", default = [], help = "Names, keys, addresses, ARNs to watch besides inputs/indicators and inputs/labels" }
--
-- [timeline]
-- message = ["watched {watched}: {actor} called {event_name}"]
--
-- [example]
-- trail = "leaked_key"
-- watched = ["build-legacy"]
-- ///
WITH watched AS (
    SELECT value AS watched, kind, note FROM indicators
    UNION
    SELECT value, label, note FROM labels
    UNION
    SELECT unnest(CAST($watched AS VARCHAR[])), 'given', ''
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
    w.watched,
    w.kind,
    w.note,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome) AS e
JOIN watched AS w ON TRUE
WHERE
    w.watched IN (e.actor, e.principal_arn, e.user_name, e.access_key_id, e.source_ip_address, e.target, e.bucket_name, e.session_issuer_arn, e.role_session_name, e.recipient_account_id, e.actor_account_id)
ORDER BY event_time, event_id, event_key;
