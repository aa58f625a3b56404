-- /// query
-- name = "oauth_cli_sign_ins"
-- title = "Browser sign-ins of the command line"
-- question = "Who authorised a command line through the browser, and which tokens were used?"
-- events = [
--   "signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token", "signin:IntrospectOAuth2Token",
--   "signin:RevokeOAuth2Token",
-- ]
-- attack = ["T1550.001", "T1528"]
-- attack_matrix = "v18.1"
-- references = [
--   "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html",
-- ]
-- empty = "No such sign-in is recorded."
-- look = "Clients and addresses that are not the user's."
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
    event_source = 'signin.amazonaws.com' AND event_base_name IN (
            'AuthorizeOAuth2Access', 'CreateOAuth2Token', 'IntrospectOAuth2Token', 'RevokeOAuth2Token'
        )
ORDER BY event_time, event_id, event_key;
