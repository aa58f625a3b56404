-- /// query
-- name = "recon_score"
-- title = "Share of known reconnaissance calls used"
-- question = "What share of each list of known reconnaissance calls did each actor, key or address use?"
-- events = [
--   "sts:GetCallerIdentity", "iam:GetAccountSummary", "iam:ListAccountAliases", "iam:GetAccountPasswordPolicy",
--   "organizations:DescribeOrganization", "organizations:ListAccounts", "account:ListRegions", "ec2:DescribeRegions",
--   "ec2:DescribeAccountAttributes", "iam:ListUsers", "iam:ListRoles", "iam:ListGroups", "iam:ListPolicies",
--   "iam:GetUser", "iam:ListAccessKeys", "iam:ListAttachedUserPolicies", "iam:ListUserPolicies",
--   "iam:ListGroupsForUser", "iam:GetAccountAuthorizationDetails", "iam:ListInstanceProfiles",
--   "iam:SimulatePrincipalPolicy", "s3:ListBuckets", "s3:GetBucketAcl", "s3:GetBucketPolicy", "s3:GetBucketLocation",
--   "s3:GetBucketVersioning", "s3:GetBucketLogging", "s3:GetBucketPublicAccessBlock", "s3:GetBucketEncryption",
--   "ec2:DescribeSnapshots", "ec2:DescribeVolumes", "rds:DescribeDBInstances", "rds:DescribeDBSnapshots",
--   "dynamodb:ListTables", "ec2:DescribeInstances", "ec2:DescribeImages", "ec2:DescribeKeyPairs",
--   "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeInstanceTypes",
--   "lambda:ListFunctions", "ecs:ListClusters", "eks:ListClusters", "ecr:DescribeRepositories",
--   "servicequotas:ListServiceQuotas", "servicequotas:GetServiceQuota", "secretsmanager:ListSecrets",
--   "ssm:DescribeParameters", "kms:ListKeys", "kms:ListAliases", "lambda:GetFunction", "codebuild:ListProjects",
--   "ssm:DescribeInstanceInformation", "ses:GetSendQuota", "ses:GetAccount", "ses:ListIdentities",
--   "ses:ListEmailIdentities", "ses:GetAccountSendingEnabled", "sns:ListTopics", "sns:GetSMSAttributes",
--   "sns:ListOriginationNumbers", "bedrock:ListFoundationModels", "bedrock:GetFoundationModelAvailability",
--   "bedrock:ListInferenceProfiles", "bedrock:GetModelInvocationLoggingConfiguration",
--   "bedrock:GetUseCaseForModelAccess", "bedrock:ListFoundationModelAgreementOffers",
--   "bedrock:ListProvisionedModelThroughputs", "cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus",
--   "cloudtrail:LookupEvents", "cloudtrail:GetEventSelectors", "guardduty:ListDetectors", "guardduty:GetDetector",
--   "config:DescribeConfigurationRecorders", "logs:DescribeLogGroups", "securityhub:DescribeHub",
-- ]
-- attack = ["T1526", "T1087.004"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- cost = "scan"
-- empty = "Nobody used that share of any list. Lower the threshold."
-- look = "High shares by a credential that only works elsewhere; refused calls count too."
--
-- [params]
-- threshold = { type = "DOUBLE", default = 0.3, help = "Share of a list that one must have used, 0 to 1" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
-- examiner_too = { type = "BOOLEAN", default = false, help = "Also calls of those whom inputs/labels calls examiner: our own reads during acquisition" }
--
-- [example]
-- trail = "leaked_key"
-- ///
WITH lists AS (
    SELECT 'account' AS list, unnest([
        'sts:GetCallerIdentity', 'iam:GetAccountSummary', 'iam:ListAccountAliases',
        'iam:GetAccountPasswordPolicy', 'organizations:DescribeOrganization', 'organizations:ListAccounts',
        'account:ListRegions', 'ec2:DescribeRegions', 'ec2:DescribeAccountAttributes'
    ]) AS name
    UNION ALL
    SELECT 'identity' AS list, unnest([
        'iam:ListUsers', 'iam:ListRoles', 'iam:ListGroups', 'iam:ListPolicies', 'iam:GetUser',
        'iam:ListAccessKeys', 'iam:ListAttachedUserPolicies', 'iam:ListUserPolicies', 'iam:ListGroupsForUser',
        'iam:GetAccountAuthorizationDetails', 'iam:ListInstanceProfiles', 'iam:SimulatePrincipalPolicy'
    ]) AS name
    UNION ALL
    SELECT 'storage' AS list, unnest([
        's3:ListBuckets', 's3:GetBucketAcl', 's3:GetBucketPolicy', 's3:GetBucketLocation',
        's3:GetBucketVersioning', 's3:GetBucketLogging', 's3:GetBucketPublicAccessBlock',
        's3:GetBucketEncryption', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes', 'rds:DescribeDBInstances',
        'rds:DescribeDBSnapshots', 'dynamodb:ListTables'
    ]) AS name
    UNION ALL
    SELECT 'compute' AS list, unnest([
        'ec2:DescribeInstances', 'ec2:DescribeImages', 'ec2:DescribeKeyPairs', 'ec2:DescribeSecurityGroups',
        'ec2:DescribeVpcs', 'ec2:DescribeSubnets', 'ec2:DescribeInstanceTypes', 'lambda:ListFunctions',
        'ecs:ListClusters', 'eks:ListClusters', 'ecr:DescribeRepositories', 'servicequotas:ListServiceQuotas',
        'servicequotas:GetServiceQuota'
    ]) AS name
    UNION ALL
    SELECT 'secrets' AS list, unnest([
        'secretsmanager:ListSecrets', 'ssm:DescribeParameters', 'kms:ListKeys', 'kms:ListAliases',
        'lambda:GetFunction', 'codebuild:ListProjects', 'ssm:DescribeInstanceInformation'
    ]) AS name
    UNION ALL
    SELECT 'mail' AS list, unnest([
        'ses:GetSendQuota', 'ses:GetAccount', 'ses:ListIdentities', 'ses:ListEmailIdentities',
        'ses:GetAccountSendingEnabled', 'sns:ListTopics', 'sns:GetSMSAttributes', 'sns:ListOriginationNumbers'
    ]) AS name
    UNION ALL
    SELECT 'models' AS list, unnest([
        'bedrock:ListFoundationModels', 'bedrock:GetFoundationModelAvailability',
        'bedrock:ListInferenceProfiles', 'bedrock:GetModelInvocationLoggingConfiguration',
        'bedrock:GetUseCaseForModelAccess', 'bedrock:ListFoundationModelAgreementOffers',
        'bedrock:ListProvisionedModelThroughputs'
    ]) AS name
    UNION ALL
    SELECT 'logging' AS list, unnest([
        'cloudtrail:DescribeTrails', 'cloudtrail:GetTrailStatus', 'cloudtrail:LookupEvents',
        'cloudtrail:GetEventSelectors', 'guardduty:ListDetectors', 'guardduty:GetDetector',
        'config:DescribeConfigurationRecorders', 'logs:DescribeLogGroups', 'securityhub:DescribeHub'
    ]) AS name
),

calls AS (
    SELECT *, counted_by($by, actor, access_key_id, source_ip_address) AS who
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source IN (SELECT DISTINCT source_in(name) FROM lists)
        AND invoked_by IS NULL
        AND ($examiner_too OR NOT by_examiner(access_key_id, actor, principal_arn, role_session_name, source_ip_address))
)

SELECT
    who, list, share, different, size_of_list, calls, refused_or_failed, first_time, last_time, calls_made, actors, access_key_ids,
    source_ip_addresses, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM list_shares('lists', 'calls', $threshold)
ORDER BY share DESC, first_time, who, list;
