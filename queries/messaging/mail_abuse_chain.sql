-- /// query
-- name = "mail_abuse_chain"
-- title = "From a look at mail limits to sending"
-- question = "Who looked at mail limits, prepared identities and then sent mail, within some hours?"
-- events = [
--   "ses:GetSendQuota", "ses:GetAccount", "ses:GetAccountSendingEnabled", "ses:ListIdentities",
--   "ses:ListEmailIdentities", "ses:VerifyEmailIdentity", "ses:VerifyDomainIdentity", "ses:CreateEmailIdentity",
--   "ses:UpdateAccountSendingEnabled", "ses:PutAccountSendingAttributes", "ses:PutAccountDetails", "ses:SendEmail",
--   "ses:SendRawEmail", "ses:SendBulkEmail",
-- ]
-- attack = ["T1496.004", "T1566"]
-- attack_matrix = "v18.1"
-- references = ["https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html"]
-- empty = "Nobody took two of these steps within the hours. Sending is a data event and only there where a trail was told to record it; mail handed in through SMTP counts as sending too."
-- look = "One key that looks in many regions, verifies and sends; steps_seen says how far it came."
--
-- [params]
-- hours = { type = "BIGINT", default = 24, help = "Hours from the first step to the last at most; a pause longer than that begins a new chain" }
-- min_steps = { type = "BIGINT", default = 2, help = "Different steps (look, prepare, send) at least" }
--
-- [example]
-- trail = "compute_abuse"
-- ///
WITH steps AS (
    SELECT
        *,
        coalesce(access_key_id, actor) AS who,
        CASE
            WHEN starts_with(event_base_name, 'Send') THEN 'send'
            WHEN regexp_matches(event_base_name, '^(Get|List|Describe)') THEN 'look'
            ELSE 'prepare'
        END AS step
    FROM scoped($since, $until, $accounts, $regions, $outcome)
    WHERE
        event_source = 'ses.amazonaws.com'
        AND regexp_matches(event_base_name, '^(Send|Get|List|Describe|Verify|Create|Put|Update|Set)')
),

paused AS (
    SELECT *, lag(event_time) OVER (PARTITION BY who ORDER BY event_time, event_id) AS before
    FROM steps
),

chains AS (
    SELECT *, count_if(before IS NULL OR before < event_time - to_hours($hours)) OVER (PARTITION BY who ORDER BY event_time, event_id) AS chain
    FROM paused
)

SELECT
    who,
    any_value(actor) AS actor,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    list_sort(list(DISTINCT step)) AS steps_seen,
    count_if(step = 'look') AS looks,
    count_if(step = 'prepare') AS preparations,
    count_if(step = 'send') AS sends,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(aws_region) AS aws_regions,
    some_of(coalesce(
        request_parameters ->> '$.emailAddress', request_parameters ->> '$.domain', request_parameters ->> '$.emailIdentity',
        request_parameters ->> '$.identity'
    )) AS identities,
    some_of(coalesce(request_parameters ->> '$.source', request_parameters ->> '$.fromEmailAddress')) AS senders,
    some_of(source_ip_address) AS addresses,
    some_of(user_agent) AS user_agents,
    any_value(recipient_account_id) AS recipient_account_id,
    first_ids(event_id, event_time) AS event_ids,
    verifications(verification) AS verification
FROM chains
GROUP BY who, chain
HAVING count(DISTINCT step) >= $min_steps
ORDER BY len(steps_seen) DESC, first_time, who;
