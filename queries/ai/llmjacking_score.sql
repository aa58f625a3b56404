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

sizes AS (
    SELECT list, count(*) AS size FROM lists GROUP BY list
),

calls AS (
    SELECT *, counted_by($by, actor, access_key_id, source_ip_address) AS who
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source IN (SELECT DISTINCT split_part(name, ':', 1) || '.amazonaws.com' FROM lists)
        AND invoked_by IS NULL
)

SELECT
    who,
    lists.list,
    round(count(DISTINCT lists.name) / any_value(sizes.size), 2) AS share,
    count(DISTINCT lists.name) AS different,
    any_value(sizes.size) AS size_of_list,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    some_of(lists.name) AS calls_made,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM calls
JOIN lists ON event_source = split_part(lists.name, ':', 1) || '.amazonaws.com' AND event_base_name = split_part(lists.name, ':', 2)
JOIN sizes ON sizes.list = lists.list
GROUP BY who, lists.list
HAVING count(DISTINCT lists.name) >= $threshold * any_value(sizes.size)
ORDER BY share DESC, first_time, who, lists.list;
