-- /// query
-- name = "tactic_breadth"
-- title = "Many tactics in a short time"
-- question = "Which principals, keys or addresses show several tactics in a short time?"
-- attack = ["T1078.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody shows that many tactics in one day."
-- look = "The broadest first."
--
-- [params]
-- min_tactics = { type = "BIGINT", default = 3, help = "Tactics at least" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH tagged AS (
    SELECT
        *,
        CASE
            WHEN event_source = 'cloudtrail.amazonaws.com' AND event_base_name IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors') THEN 'defence evasion'
            WHEN event_source IN ('guardduty.amazonaws.com', 'config.amazonaws.com') AND regexp_matches(event_base_name, '^(Delete|Stop|Disable|Update)') THEN 'defence evasion'
            WHEN event_source = 'iam.amazonaws.com' AND event_base_name IN ('CreateAccessKey', 'CreateLoginProfile', 'CreateUser', 'UpdateLoginProfile') THEN 'persistence'
            WHEN event_source = 'iam.amazonaws.com' AND regexp_matches(event_base_name, '^(Attach|Put).*Policy$|PolicyVersion$|AssumeRolePolicy$|AddUserToGroup') THEN 'privilege escalation'
            WHEN event_source = 'secretsmanager.amazonaws.com' AND event_base_name LIKE '%GetSecretValue' THEN 'credential access'
            WHEN event_source = 'ssm.amazonaws.com' AND event_base_name LIKE 'GetParameter%' THEN 'credential access'
            WHEN event_source = 'ec2.amazonaws.com' AND event_base_name IN ('ModifySnapshotAttribute', 'ModifyImageAttribute') THEN 'exfiltration'
            WHEN event_source = 's3.amazonaws.com' AND event_base_name IN ('PutBucketPolicy', 'PutBucketAcl', 'PutBucketReplication') THEN 'exfiltration'
            WHEN event_source = 's3.amazonaws.com' AND event_base_name = 'GetObject' THEN 'collection'
            WHEN regexp_matches(event_base_name, '^(Delete|Terminate)') AND event_class = 'write' THEN 'impact'
            WHEN event_source = 'ec2.amazonaws.com' AND event_base_name = 'RunInstances' THEN 'execution'
            WHEN event_base_name IN ('AssumeRole', 'StartSession', 'SendCommand', 'SwitchRole') AND user_identity_type <> 'AWSService' THEN 'lateral movement'
            WHEN outcome = 'denied' OR event_base_name IN ('GetCallerIdentity', 'ListBuckets', 'ListUsers', 'ListRoles', 'GetAccountAuthorizationDetails') THEN 'discovery'
        END AS tactic
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE invoked_by IS NULL
)

SELECT
    actor,
    date_trunc('day', event_time) AS day,
    count(DISTINCT tactic) AS tactics,
    some_of(tactic) AS which,
    some_of(access_key_id) AS access_keys,
    some_of(source_ip_address) AS addresses,
    count(*) FILTER (tactic IS NOT NULL) AS events,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    first_ids(event_id, event_time) AS event_ids,
    histogram(verification) AS verification_classes
FROM tagged
WHERE tactic IS NOT NULL
GROUP BY ALL
HAVING count(DISTINCT tactic) >= $min_tactics
ORDER BY tactics DESC, day, actor;
