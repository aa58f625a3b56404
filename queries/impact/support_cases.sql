-- /// query
-- name = "support_cases"
-- title = "Support cases"
-- question = "Which support cases were opened, answered or closed?"
-- events = [
--   "support:CreateCase", "support:AddCommunicationToCase", "support:AddAttachmentsToSet", "support:ResolveCase",
--   "support:DescribeCases", "support:DescribeCommunications",
-- ]
-- attack = ["T1496.004"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/awssupport/latest/user/cloudtrail-logging.html"]
-- empty = "No recorded call touched a support case. Without a support plan the interface cannot be called at all."
-- look = "Cases about limits of mail, models or machines; cases about billing or a lost sign-in; reading what the company wrote to AWS."
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
    coalesce(request_parameters ->> '$.caseId', response_elements ->> '$.caseId') AS case_id,
    request_parameters ->> '$.serviceCode' AS service,
    request_parameters ->> '$.categoryCode' AS category,
    request_parameters ->> '$.issueType' AS issue,
    request_parameters ->> '$.severityCode' AS severity,
    as_texts(json_extract(request_parameters, '$.ccEmailAddresses')) AS copies_to,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'support.amazonaws.com' AND event_base_name IN (
        'CreateCase', 'AddCommunicationToCase', 'AddAttachmentsToSet', 'ResolveCase', 'DescribeCases',
        'DescribeCommunications'
    )
ORDER BY event_time, event_id, event_key;
