-- /// query
-- name = "passrole_sagemaker"
-- title = "SageMaker with roles"
-- question = "Which notebooks, training or processing jobs were made with a role, and which notebook addresses were asked for?"
-- events = [
--   "sagemaker:CreateNotebookInstance", "sagemaker:UpdateNotebookInstance", "sagemaker:CreateTrainingJob",
--   "sagemaker:CreateProcessingJob", "sagemaker:CreatePresignedNotebookInstanceUrl",
--   "sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:CreatePresignedDomainUrl",
-- ]
-- attack = ["T1548.005", "T1059"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "Nothing of the kind is recorded."
-- look = "Presigned addresses asked for by strangers."
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
    request_parameters ->> '$.roleArn' AS role,
    event_id,
    event_key,
    verification
FROM scoped($since, $until, $accounts, $regions, $outcome)
WHERE
    event_source = 'sagemaker.amazonaws.com' AND event_base_name IN (
            'CreateNotebookInstance', 'UpdateNotebookInstance', 'CreateTrainingJob', 'CreateProcessingJob',
            'CreatePresignedNotebookInstanceUrl', 'CreateNotebookInstanceLifecycleConfig', 'CreatePresignedDomainUrl'
        )
ORDER BY event_time, event_id, event_key;
