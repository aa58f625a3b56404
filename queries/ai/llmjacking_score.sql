-- /// query
-- name = "llmjacking_score"
-- title = "Calls that lead to the use of foundation models"
-- question = "Which actors, keys or addresses made several of the calls by which others take over the use of models?"
-- events = [
--   "bedrock:GetFoundationModelAvailability", "bedrock:ListFoundationModels", "bedrock:ListInferenceProfiles",
--   "bedrock:GetUseCaseForModelAccess", "bedrock:PutUseCaseForModelAccess",
--   "bedrock:ListFoundationModelAgreementOffers", "bedrock:CreateFoundationModelAgreement",
--   "bedrock:PutFoundationModelEntitlement", "bedrock:GetModelInvocationLoggingConfiguration",
--   "bedrock:DeleteModelInvocationLoggingConfiguration", "bedrock:InvokeModel",
--   "bedrock:InvokeModelWithResponseStream", "bedrock:Converse", "bedrock:ConverseStream",
--   "agreement-marketplace:AcceptAgreementRequest",
-- ]
-- attack = ["T1496.004", "T1526"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html"]
-- cost = "scan"
-- empty = "Nobody made several of these calls."
-- look = "Looking whether invocations are logged, agreements accepted, then many invocations; ValidationException as a test of access."
--
-- [params]
-- threshold = { type = "DOUBLE", default = 0.2, help = "Share of a list that one must have used, 0 to 1" }
-- by = { type = "VARCHAR", choices = ["actor", "access_key", "address"], default = "actor", help = "What calls are counted together by" }
--
-- [example]
-- trail = "compute_abuse"
-- ///
WITH lists AS (
    SELECT 'models' AS list, unnest([
        'bedrock:GetFoundationModelAvailability', 'bedrock:ListFoundationModels',
        'bedrock:ListInferenceProfiles', 'bedrock:GetUseCaseForModelAccess', 'bedrock:PutUseCaseForModelAccess',
        'bedrock:ListFoundationModelAgreementOffers', 'bedrock:CreateFoundationModelAgreement',
        'bedrock:PutFoundationModelEntitlement', 'bedrock:GetModelInvocationLoggingConfiguration',
        'bedrock:DeleteModelInvocationLoggingConfiguration', 'bedrock:InvokeModel',
        'bedrock:InvokeModelWithResponseStream', 'bedrock:Converse', 'bedrock:ConverseStream',
        'agreement-marketplace:AcceptAgreementRequest'
    ]) AS name
),

calls AS (
    SELECT *, counted_by($by, actor, access_key_id, source_ip_address) AS who
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source IN (SELECT DISTINCT source_in(name) FROM lists)
        AND invoked_by IS NULL
)

SELECT
    who, list, share, different, size_of_list, calls, refused_or_failed, first_time, last_time, calls_made, actors, access_key_ids,
    source_ip_addresses, aws_regions, recipient_account_ids, first_event_id, last_event_id, event_ids, verification
FROM list_shares('lists', 'calls', $threshold)
ORDER BY share DESC, first_time, who, list;
