-- Shared logic of the questions. The locked room runs this file before any question; `queries show` prints the parts
-- that a question uses, so that it runs in the duckdb shell by itself.

-- Scope ---------------------------------------------------------------------------------------------------------------

-- Events of the window, accounts, regions and outcome that the asker chose. An empty list means: all.
CREATE MACRO scoped(p_since, p_until, p_accounts, p_regions, p_outcome) AS TABLE
SELECT *
FROM events
WHERE
    event_time >= CAST(p_since AS TIMESTAMP)
    AND event_time < CAST(p_until AS TIMESTAMP)
    AND (
        array_length(CAST(p_accounts AS VARCHAR[])) = 0
        OR list_contains(CAST(p_accounts AS VARCHAR[]), coalesce(recipient_account_id, actor_account_id))
    )
    AND (array_length(CAST(p_regions AS VARCHAR[])) = 0 OR list_contains(CAST(p_regions AS VARCHAR[]), aws_region))
    AND CASE CAST(p_outcome AS VARCHAR)
        WHEN 'succeeded' THEN outcome NOT IN ('denied', 'failed')
        WHEN 'failed' THEN outcome IN ('denied', 'failed')
        WHEN 'denied' THEN outcome = 'denied'
        ELSE TRUE
    END;

-- Events of the accounts and regions, whatever their time and outcome: what went before and came after.
CREATE MACRO around_scope(p_accounts, p_regions) AS TABLE
SELECT *
FROM events
WHERE
    (
        array_length(CAST(p_accounts AS VARCHAR[])) = 0
        OR list_contains(CAST(p_accounts AS VARCHAR[]), coalesce(recipient_account_id, actor_account_id))
    )
    AND (array_length(CAST(p_regions AS VARCHAR[])) = 0 OR list_contains(CAST(p_regions AS VARCHAR[]), aws_region));

-- Names ---------------------------------------------------------------------------------------------------------------------

-- Names, ARNs and ids of principals are compared without regard to case: IAM keeps a name as it was typed, and lets no second one
-- differ from it in case alone. Access keys, addresses, buckets and sessions are compared exactly.
CREATE MACRO same_name(p_value, p_asked) AS (lower(p_value) = lower(p_asked));

-- Whether the caller is the principal asked for, by whatever the record calls it.
CREATE MACRO is_principal(p_asked, p_actor, p_arn, p_issuer, p_user, p_id) AS
(lower(p_asked) IN (lower(p_actor), lower(p_arn), lower(p_issuer), lower(p_user), lower(p_id)));

-- Whether one of the names is meant; false, not null, for a caller without a name.
CREATE MACRO is_among(p_value, p_names) AS
coalesce(list_contains(list_transform(CAST(p_names AS VARCHAR[]), lambda n: lower(n)), lower(p_value)), FALSE);

-- Whether a call is about another user than its caller; null where the record does not name the user. Root and roles are no users.
CREATE MACRO about_another(p_user, p_caller_type, p_caller) AS
CASE WHEN p_caller_type IN ('Root', 'AssumedRole') AND p_user IS NOT NULL THEN TRUE ELSE NOT same_name(p_user, p_caller) END;

-- Values in JSON --------------------------------------------------------------------------------------------------------

-- `list_transform([x], lambda j: ...)[1]` below names a value once: a macro repeats the text of its argument at every mention,
-- and macros inside macros would make statements of millions of terms.

-- A list of JSON values, whether the record holds a list, one value, or nothing (lists of one collapse in CloudTrail).
CREATE MACRO as_list(p_json) AS
list_transform([p_json], lambda j: CASE json_type(j)
    WHEN 'ARRAY' THEN from_json(j, '["JSON"]')
    WHEN 'NULL' THEN []
    ELSE CASE WHEN j IS NULL THEN [] ELSE [j] END
END)[1];

-- The same for the older EC2 form {"items": [...]}.
CREATE MACRO items_of(p_json) AS as_list(coalesce(json_extract(p_json, '$.items'), p_json));

-- A JSON value as text: without quotes where it is a string, null for JSON null.
CREATE MACRO as_text(p_json) AS (p_json ->> '$');

-- A list of texts from a scalar or a list.
CREATE MACRO as_texts(p_json) AS list_transform(as_list(p_json), lambda v: v ->> '$');

-- A value that EC2 sometimes wraps: "m5.large" or {"value": "m5.large"}.
CREATE MACRO unwrapped(p_json) AS CASE json_type(p_json) WHEN 'OBJECT' THEN p_json ->> '$.value' ELSE p_json ->> '$' END;

-- The part behind the last slash or colon: the name in an ARN.
CREATE MACRO name_of_arn(p_arn) AS regexp_extract(p_arn, '[^/:]*$');

-- The account in an ARN.
CREATE MACRO account_of_arn(p_arn) AS nullif(split_part(p_arn, ':', 5), '');

-- Text in which LIKE signs stand for themselves; use with ESCAPE '!'.
CREATE MACRO like_text(p_text) AS replace(replace(replace(p_text, '!', '!!'), '%', '!%'), '_', '!_');

-- A pattern with * and ? as people type it, matched whole and without regard to case; other signs stand for themselves.
CREATE MACRO matches(p_value, p_pattern) AS
(lower(p_value) LIKE replace(replace(like_text(lower(p_pattern)), '*', '%'), '?', '_') ESCAPE '!');

-- Refusals --------------------------------------------------------------------------------------------------------------

-- What the text of a refusal names; null where it has another form (EC2 gives an encoded message).
CREATE MACRO denied_action(p_message) AS
nullif(regexp_extract(p_message, 'not authorized to perform: (\S+)', 1), '');
CREATE MACRO denied_resource(p_message) AS
nullif(regexp_extract(p_message, 'on (?:the )?resource: (\S+)', 1), '');
-- Which kind of policy refused.
CREATE MACRO denied_by(p_message) AS
CASE
    WHEN p_message ILIKE '%service control policy%' THEN 'service control policy'
    WHEN p_message ILIKE '%resource control policy%' THEN 'resource control policy'
    WHEN p_message ILIKE '%permissions boundary%' THEN 'permissions boundary'
    WHEN p_message ILIKE '%session policy%' THEN 'session policy'
    WHEN p_message ILIKE '%VPC endpoint policy%' THEN 'VPC endpoint policy'
    WHEN p_message ILIKE '%resource-based policy%' OR p_message ILIKE '%role trust policy%' THEN 'resource policy'
    WHEN p_message ILIKE '%identity-based policy%' THEN 'identity policy'
    WHEN p_message ILIKE '%Encoded authorization failure%' THEN 'encoded by EC2'
END;
-- Null where the message does not tell (an encoded one, an older one).
CREATE MACRO denied_explicitly(p_message) AS
CASE WHEN p_message ILIKE '%with an explicit deny%' THEN TRUE WHEN p_message ILIKE '%because no %' THEN FALSE END;

-- Policy documents --------------------------------------------------------------------------------------------------------

-- A member by a name that is only known at run time; names may hold slashes.
CREATE MACRO member(p_json, p_name) AS json_extract(p_json, '/' || replace(replace(p_name, '~', '~0'), '/', '~1'));

-- A document from an object, from text, or from URL-encoded text; null where it is none of them.
CREATE MACRO parsed(p_json) AS
list_transform([p_json], lambda j: CASE json_type(j)
    WHEN 'VARCHAR' THEN coalesce(TRY_CAST((j ->> '$') AS JSON), TRY_CAST(url_decode(j ->> '$') AS JSON))
    WHEN 'NULL' THEN NULL
    ELSE j
END)[1];

-- Where each call carries a policy document.
CREATE MACRO policy_of(p_source, p_name, p_params, p_response) AS
CASE
    WHEN p_source = 's3.amazonaws.com' AND p_name = 'PutBucketPolicy' THEN parsed(json_extract(p_params, '$.bucketPolicy'))
    WHEN p_source IN ('s3.amazonaws.com', 's3-outposts.amazonaws.com') AND p_name = 'PutAccessPointPolicy'
        THEN parsed(coalesce(json_extract(p_params, '$.PutAccessPointPolicyRequest.Policy'), json_extract(p_params, '$.Policy'), json_extract(p_params, '$.policy')))
    WHEN p_source = 'iam.amazonaws.com' AND p_name = 'CreateRole' THEN parsed(json_extract(p_params, '$.assumeRolePolicyDocument'))
    WHEN p_source = 'iam.amazonaws.com' THEN parsed(json_extract(p_params, '$.policyDocument'))
    WHEN p_source = 'secretsmanager.amazonaws.com' THEN parsed(json_extract(p_params, '$.resourcePolicy'))
    WHEN p_source = 'ecr.amazonaws.com' THEN parsed(json_extract(p_params, '$.policyText'))
    WHEN p_source = 'sns.amazonaws.com' AND p_name = 'SetTopicAttributes' AND (p_params ->> '$.attributeName') = 'Policy'
        THEN parsed(json_extract(p_params, '$.attributeValue'))
    WHEN p_source IN ('sqs.amazonaws.com', 'sns.amazonaws.com') THEN parsed(json_extract(p_params, '$.attributes.Policy'))
    WHEN p_source = 'es.amazonaws.com' THEN parsed(json_extract(p_params, '$.accessPolicies'))
    WHEN p_source = 'glue.amazonaws.com' THEN parsed(json_extract(p_params, '$.policyInJson'))
    WHEN p_source = 'logs.amazonaws.com' THEN parsed(json_extract(p_params, '$.policyDocument'))
    WHEN p_source = 'lambda.amazonaws.com' AND p_name IN ('AddPermission', 'AddLayerVersionPermission')
        THEN json_object('Statement', coalesce(
            parsed(json_extract(p_response, '$.statement')),
            json_object(
                'Effect', 'Allow', 'Action', json_extract(p_params, '$.action'), 'Principal', json_object(
                    'AWS', json_extract(p_params, '$.principal')
                ), 'Condition', CASE
                    WHEN (p_params ->> '$.sourceArn') IS NOT NULL
                        THEN json_object('ArnLike', json_object('aws:SourceArn', json_extract(p_params, '$.sourceArn')))
                    WHEN (p_params ->> '$.sourceAccount') IS NOT NULL
                        THEN json_object('StringEquals', json_object('aws:SourceAccount', json_extract(p_params, '$.sourceAccount')))
                END
            )
        ))
    ELSE parsed(json_extract(p_params, '$.policy'))
END;

CREATE MACRO statements_of(p_document) AS as_list(coalesce(json_extract(p_document, '$.Statement'), json_extract(p_document, '$.statement')));

-- Everyone whom a statement names: "*", ARNs, accounts, services, federation providers, canonical ids.
CREATE MACRO principals_of(p_statement) AS
CASE json_type(json_extract(p_statement, '$.Principal'))
    WHEN 'OBJECT' THEN flatten([
        as_texts(json_extract(p_statement, '$.Principal.AWS')),
        as_texts(json_extract(p_statement, '$.Principal.Service')),
        as_texts(json_extract(p_statement, '$.Principal.Federated')),
        as_texts(json_extract(p_statement, '$.Principal.CanonicalUser'))
    ])
    ELSE as_texts(json_extract(p_statement, '$.Principal'))
END;

-- The account that a principal of a policy belongs to; null for services and unknown forms.
CREATE MACRO account_of_principal(p_principal) AS
nullif(regexp_extract(p_principal, '^(?:arn:aws[a-z-]*:(?:iam|sts)::)?(\d{12})(?::|$)', 1), '');

-- Whether a condition really narrows who may come: the right operator, a key about the caller, no wildcard as value.
CREATE MACRO narrowed(p_condition) AS
list_transform([p_condition], lambda c: coalesce(len(list_filter(json_keys(c), lambda op:
    lower(op) IN (
        'stringequals', 'stringlike', 'stringequalsignorecase', 'arnequals', 'arnlike', 'ipaddress',
        'foranyvalue:stringequals', 'foranyvalue:stringlike'
    )
    AND len(list_filter(json_keys(member(c, op)), lambda k:
        lower(k) IN (
            'aws:principalorgid', 'aws:principalorgpaths', 'aws:principalaccount', 'aws:principalarn', 'aws:sourcearn',
            'aws:sourceaccount', 'aws:sourceowner', 'aws:sourcevpce', 'aws:sourcevpc', 'aws:sourceip', 'aws:userid',
            'aws:sourceorgid', 'kms:calleraccount', 's3:dataaccesspointaccount'
        )
        AND list_transform([as_texts(member(member(c, op), k))], lambda vs:
            len(vs) > 0 AND len(list_filter(vs, lambda v: v IN ('*', '::/0') OR v LIKE '0.0.0.0/%' OR v LIKE 'arn:aws:*%')) = 0
        )[1]
    )) > 0
)) > 0, FALSE))[1];

CREATE MACRO allows(p_statement) AS coalesce(lower(p_statement ->> '$.Effect') = 'allow', FALSE);

-- Whether anyone at all may do something by this statement.
CREATE MACRO is_public_statement(p_statement) AS
allows(p_statement)
AND (list_contains(principals_of(p_statement), '*') OR json_exists(p_statement, '$.NotPrincipal'))
AND NOT narrowed(json_extract(p_statement, '$.Condition'));

CREATE MACRO is_public(p_document) AS
coalesce(len(list_filter(statements_of(p_document), lambda s: is_public_statement(s))) > 0, FALSE);

-- Accounts that a document lets in, the home account left out.
CREATE MACRO accounts_let_in(p_document, p_home) AS
list_sort(list_distinct(list_filter(
    list_transform(
        flatten(list_transform(
            list_filter(statements_of(p_document), lambda s: allows(s)), lambda s: principals_of(s)
        )),
        lambda p: account_of_principal(p)
    ),
    lambda a: a IS NOT NULL AND a IS DISTINCT FROM p_home
)));

-- Actions that a document allows, as written.
CREATE MACRO actions_allowed(p_document) AS
list_sort(list_distinct(flatten(list_transform(
    list_filter(statements_of(p_document), lambda s: allows(s)),
    lambda s: list_concat(
        as_texts(json_extract(s, '$.Action')), list_transform(as_texts(json_extract(s, '$.NotAction')), lambda a: 'all but ' || a)
    )
))));

CREATE MACRO is_wild(p_document) AS
coalesce(len(list_filter(statements_of(p_document), lambda s:
    allows(s) AND (
        json_exists(s, '$.NotAction')
        OR len(list_filter(as_texts(json_extract(s, '$.Action')), lambda a: a = '*' OR a LIKE '%:*')) > 0
    )
)) > 0, FALSE);

CREATE MACRO in_words(p_principal) AS
CASE
    WHEN p_principal = '*' THEN 'everyone'
    WHEN regexp_matches(p_principal, '^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:root)$')
        THEN 'account ' || account_of_principal(p_principal)
    WHEN regexp_matches(p_principal, '^A(IDA|ROA)[A-Z0-9]+$') THEN 'a deleted principal (' || p_principal || ')'
    ELSE p_principal
END;

-- A document as sentences, one for each effect, principal and action: sorted, so that two documents can be compared.
CREATE MACRO policy_sentences(p_document) AS
list_sort(list_distinct(flatten(list_transform(statements_of(p_document), lambda s:
    flatten(list_transform(
        CASE
            WHEN json_exists(s, '$.NotPrincipal') THEN ['everyone but ' || (s ->> '$.NotPrincipal')]
            WHEN json_exists(s, '$.Principal') THEN list_transform(principals_of(s), lambda p: in_words(p))
            ELSE ['the holder']
        END,
        lambda who: list_transform(
            list_concat(
                as_texts(json_extract(s, '$.Action')), list_transform(as_texts(json_extract(s, '$.NotAction')), lambda a: 'everything but ' || a)
            ),
            lambda what:
                who || CASE WHEN allows(s) THEN ' may ' ELSE ' may not ' END || what
                || CASE
                    WHEN len(as_texts(json_extract(s, '$.Resource'))) > 0
                        THEN ' on ' || array_to_string(list_sort(as_texts(json_extract(s, '$.Resource'))), ' and ')
                    WHEN json_exists(s, '$.NotResource')
                        THEN ' on everything but ' || array_to_string(list_sort(as_texts(json_extract(s, '$.NotResource'))), ' and ')
                    ELSE ''
                END
                || CASE
                    WHEN coalesce(s ->> '$.Condition', '{}') <> '{}' THEN ' if ' || (s ->> '$.Condition') ELSE ''
                END
        )
    ))
))));

-- What one document says that another does not.
CREATE MACRO only_in(p_sentences, p_others) AS
list_filter(p_sentences, lambda x: NOT list_contains(coalesce(p_others, []), x));

-- What stands out in a document, in words.
CREATE MACRO policy_remarks(p_document, p_home) AS
list_transform([p_document], lambda d: list_filter([
    CASE WHEN is_public(d) THEN 'open to everyone' END,
    'lets in account ' || nullif(array_to_string(accounts_let_in(d, p_home), ', '), ''),
    CASE WHEN is_wild(d) THEN 'wildcard actions' END,
    CASE WHEN len(list_filter(statements_of(d), lambda s: NOT allows(s))) > 0 THEN 'has a deny statement' END
], lambda x: x IS NOT NULL))[1];

CREATE MACRO bucket_of(p_text) AS split_part(regexp_replace(p_text, '^(arn:aws[a-z-]*:s3:::|s3://)', ''), '/', 1);

-- Addresses ---------------------------------------------------------------------------------------------------------------

CREATE MACRO ipv4_number(p_text) AS
CASE
    WHEN regexp_full_match(p_text, '((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)')
        THEN CAST(split_part(p_text, '.', 1) AS UBIGINT) * 16777216 + CAST(split_part(p_text, '.', 2) AS UBIGINT) * 65536
            + CAST(split_part(p_text, '.', 3) AS UBIGINT) * 256 + CAST(split_part(p_text, '.', 4) AS UBIGINT)
END;

-- The eight groups of an IPv6 address with :: filled in.
CREATE MACRO ipv6_groups(p_text) AS
CASE
    WHEN contains(p_text, '::')
        THEN list_concat(
            list_filter(string_split(split_part(p_text, '::', 1), ':'), lambda g: g <> ''),
            list_concat(
                list_transform(
                    range(
                        8 - len(list_filter(string_split(split_part(p_text, '::', 1), ':'), lambda g: g <> ''))
                        - len(list_filter(string_split(split_part(p_text, '::', 2), ':'), lambda g: g <> ''))
                    ),
                    lambda i: '0'
                ),
                list_filter(string_split(split_part(p_text, '::', 2), ':'), lambda g: g <> '')
            )
        )
    ELSE string_split(p_text, ':')
END;

-- An address as a number: IPv4 inside ::ffff:0:0/96, IPv6 as it is, null for anything else (service names, wrong forms).
CREATE MACRO ip_number(p_text) AS
CASE
    WHEN ipv4_number(p_text) IS NOT NULL THEN CAST(281470681743360 + ipv4_number(p_text) AS UHUGEINT)
    WHEN regexp_full_match(p_text, '[0-9a-fA-F:]{2,39}') AND contains(p_text, ':') AND len(ipv6_groups(p_text)) = 8
        THEN list_reduce(
            list_transform(ipv6_groups(p_text), lambda g: CAST(CAST('0x' || g AS UINTEGER) AS UHUGEINT)),
            lambda a, b: a * 65536 + b
        )
END;

-- First and last address of a network as numbers; a lone address is a network of one.
CREATE MACRO cidr_bits(p_cidr) AS
CASE
    WHEN NOT contains(p_cidr, '/') THEN 0
    WHEN contains(p_cidr, ':') THEN 128 - TRY_CAST(split_part(p_cidr, '/', 2) AS INTEGER)
    ELSE 32 - TRY_CAST(split_part(p_cidr, '/', 2) AS INTEGER)
END;
CREATE MACRO cidr_low(p_cidr) AS
CASE
    WHEN cidr_bits(p_cidr) >= 128 THEN CAST(0 AS UHUGEINT)
    ELSE ip_number(split_part(p_cidr, '/', 1)) - ip_number(split_part(p_cidr, '/', 1)) % CAST(pow(2, cidr_bits(p_cidr)) AS UHUGEINT)
END;
CREATE MACRO cidr_high(p_cidr) AS
CASE
    WHEN cidr_bits(p_cidr) >= 128 THEN CAST('340282366920938463463374607431768211455' AS UHUGEINT)
    ELSE cidr_low(p_cidr) + (CAST(pow(2, cidr_bits(p_cidr)) AS UHUGEINT) - 1)
END;

-- The network that an address is counted with: /24 for IPv4, the first three groups for IPv6, else the text itself.
CREATE MACRO network_of(p_text) AS
CASE
    WHEN ipv4_number(p_text) IS NOT NULL THEN regexp_replace(p_text, '\.\d+$', '.0/24')
    WHEN ip_number(p_text) IS NOT NULL THEN array_to_string(ipv6_groups(p_text)[1:3], ':') || '::/48'
    ELSE p_text
END;

-- The network of each address of the case: worked out once for each address, not once for each event.
CREATE MACRO address_networks() AS TABLE
SELECT value AS address, network_of(value) AS network
FROM dim_address
WHERE value IS NOT NULL;

-- The product of each agent of the case: the text before its first version number.
CREATE MACRO agent_products() AS TABLE
SELECT value AS user_agent, regexp_replace(value, '[0-9][0-9.]*.*$', '') AS product
FROM dim_agent
WHERE value IS NOT NULL;

-- Whether a kind of source is an address of whatever kind. Reserved ones count: made-up and anonymised records use them as public.
CREATE MACRO is_address(p_kind) AS p_kind IN ('public_ip', 'private_ip', 'reserved_ip');

-- Whether a call is one of ours: the investigator labelled its key, actor, session or address "examiner" in inputs/labels.
CREATE MACRO by_examiner(p_key, p_actor, p_principal, p_session, p_address) AS
coalesce(p_key IN (SELECT value FROM labels WHERE lower(trim(label)) = 'examiner'), FALSE)
OR coalesce(p_actor IN (SELECT value FROM labels WHERE lower(trim(label)) = 'examiner'), FALSE)
OR coalesce(p_principal IN (SELECT value FROM labels WHERE lower(trim(label)) = 'examiner'), FALSE)
OR coalesce(p_session IN (SELECT value FROM labels WHERE lower(trim(label)) = 'examiner'), FALSE)
OR coalesce(p_address IN (SELECT value FROM labels WHERE lower(trim(label)) = 'examiner'), FALSE);

-- Calls in services -------------------------------------------------------------------------------------------------------

-- Whether a call names this text, in whatever place. Refused calls mostly lose their parameters: those that name nothing
-- pass too, because leaving them out would hide tries.
CREATE MACRO mentions(p_text, p_params, p_response, p_resources, p_message) AS
p_text = ''
OR contains(
    lower(replace(concat_ws(' ', CAST(p_params AS VARCHAR), CAST(p_response AS VARCHAR), CAST(p_resources AS VARCHAR), p_message), '\/', '/')),
    lower(p_text)
)
OR (
    p_message IS NOT NULL
    AND coalesce(CAST(p_params AS VARCHAR), 'null') = 'null'
    AND coalesce(denied_resource(p_message), '*') = '*'
);

-- Whether the record kept what a call asked for: refused calls mostly lose it, and what is too large is left out.
CREATE MACRO kept(p_params) AS coalesce(CAST(p_params AS VARCHAR), 'null') <> 'null' AND NOT json_exists(p_params, '$.omitted');

-- What a call gave to somebody: nothing where it was refused, failed or was a dry run.
CREATE MACRO was_done(p_outcome) AS p_outcome IN ('success', 'requested');
CREATE MACRO given(p_outcome, p_who) AS CASE WHEN was_done(p_outcome) THEN p_who ELSE [] END;

-- What a call that did nothing asked for.
CREATE MACRO only_tried(p_outcome, p_who) AS CASE WHEN NOT was_done(p_outcome) AND len(p_who) > 0 THEN p_who END;

-- Accounts of a list that are neither the home account nor owned ("all" and other groups count as outside).
CREATE MACRO outsiders(p_accounts, p_home, p_owned) AS
list_sort(list_distinct(list_filter(p_accounts, lambda a: a IS NOT NULL AND a IS DISTINCT FROM p_home AND NOT list_contains(p_owned, a))));

-- Everyone whom a call on an image or a snapshot adds to its permissions or removes from them ("all" is everybody): the lists
-- under p_member, and the older form, in which the parameters say by operationType what they do.
CREATE MACRO permitted(p_params, p_member, p_what) AS
list_concat(
    list_transform(
        items_of(json_extract(p_params, '$.' || p_member || '.' || p_what)),
        lambda i: coalesce(i ->> '$.userId', i ->> '$.group', i ->> '$.organizationArn', i ->> '$.organizationalUnitArn')
    ),
    CASE
        WHEN coalesce(p_params ->> '$.operationType', 'add') = p_what
            THEN list_concat(as_texts(json_extract(p_params, '$.userId')), as_texts(json_extract(p_params, '$.userGroup')))
        ELSE []
    END
);

-- A flag however it is written: true, "true", {"value": true}.
CREATE MACRO as_flag(p_json) AS TRY_CAST(unwrapped(p_json) AS BOOLEAN);

-- The inside of EC2's newer form {"DeleteFlowLogsRequest": {...}}; the parameters themselves where there is no such wrapper.
CREATE MACRO inside(p_params, p_name) AS coalesce(json_extract(p_params, '$.' || p_name || 'Request'), p_params);

-- Many in a short time ------------------------------------------------------------------------------------------------------

-- Verification classes of many events in one text.
CREATE MACRO verifications(p_class) AS array_to_string(list_sort(list(DISTINCT p_class)), ', ');

-- By what calls are counted together: actor, access_key (else the actor), address.
CREATE MACRO counted_by(p_by, p_actor, p_key, p_address) AS
CASE p_by WHEN 'access_key' THEN coalesce(p_key, p_actor) WHEN 'address' THEN coalesce(p_address, 'no address') ELSE p_actor END;

-- Bursts: stretches in which one doer met at least p_least different things within p_minutes (a sliding window).
-- p_calls is the name of a table of the question that has at least the columns who, thing and event_time.
CREATE MACRO bursts(p_calls, p_minutes, p_least) AS TABLE
WITH marked AS (
    SELECT
        *,
        count(DISTINCT thing) OVER (
            PARTITION BY who ORDER BY event_time
            RANGE BETWEEN to_minutes(CAST(p_minutes AS BIGINT)) PRECEDING AND CURRENT ROW
        ) AS things_lately
    FROM query_table(p_calls)
    WHERE who IN (SELECT who FROM query_table(p_calls) GROUP BY who HAVING count(DISTINCT thing) >= p_least)
),

hot AS (
    SELECT who, event_time, lag(event_time) OVER (PARTITION BY who ORDER BY event_time) AS hot_before
    FROM marked
    WHERE things_lately >= p_least
    GROUP BY who, event_time
),

numbered AS (
    SELECT
        who,
        event_time,
        count_if(hot_before IS NULL OR hot_before < event_time - to_minutes(CAST(p_minutes AS BIGINT)))
            OVER (PARTITION BY who ORDER BY event_time) AS burst
    FROM hot
),

spans AS (
    SELECT who, burst, min(event_time) - to_minutes(CAST(p_minutes AS BIGINT)) AS span_since, max(event_time) AS span_until
    FROM numbered
    GROUP BY who, burst
)

SELECT spans.burst, marked.*
FROM marked
JOIN spans ON marked.who = spans.who AND marked.event_time BETWEEN spans.span_since AND spans.span_until;

-- One row for each burst: how much and what, by whom and from where, and the events it rests on.
-- p_calls is the name of a table of the question that has the columns of events and, concluded by the question, who and thing.
CREATE MACRO burst_sums(p_calls, p_minutes, p_least) AS TABLE
SELECT
    who,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    max(things_lately) AS most_in_window,
    count(DISTINCT thing) AS different,
    count(*) AS calls,
    count_if(outcome IN ('denied', 'failed')) AS refused_or_failed,
    some_of(thing) AS things,
    some_of(event_source) AS event_sources,
    some_of(event_base_name) AS event_names,
    some_of(requested_role_arn) AS roles,
    some_of(invoked_by) AS invoked_by,
    some_of(actor) AS actors,
    some_of(access_key_id) AS access_key_ids,
    some_of(source_ip_address) AS source_ip_addresses,
    some_of(agent_family) AS agent_families,
    count(DISTINCT aws_region) AS different_regions,
    some_of(aws_region) AS aws_regions,
    some_of(recipient_account_id) AS recipient_account_ids,
    arg_min(event_id, (event_time, event_id)) AS first_event_id,
    arg_max(event_id, (event_time, event_id)) AS last_event_id,
    arg_min(event_id, (event_time, event_id), 100) AS event_ids,
    verifications(verification) AS verification
FROM bursts(p_calls, p_minutes, p_least)
GROUP BY who, burst;

-- Lists of calls, written as service:Name, and how much of each list a doer used. p_lists and p_calls are names of tables of the
-- question: (list, name), and the columns of events with who.
CREATE MACRO source_in(p_call) AS split_part(p_call, ':', 1) || '.amazonaws.com';
CREATE MACRO list_shares(p_lists, p_calls, p_threshold) AS TABLE
WITH sizes AS (
    SELECT list, count(*) AS size FROM query_table(p_lists) GROUP BY list
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
FROM query_table(p_calls) AS done
JOIN query_table(p_lists) AS lists
    ON done.event_source = source_in(lists.name) AND done.event_base_name = split_part(lists.name, ':', 2)
JOIN sizes ON sizes.list = lists.list
GROUP BY who, lists.list
HAVING count(DISTINCT lists.name) >= p_threshold * any_value(sizes.size);

-- What actors did between p_since and p_until and not in the p_days before: one row for each actor, service and thing, with the key
-- of its first event. p_seen is the name of a table of the question (actor, service, thing, event_key, event_time, event_id).
CREATE MACRO first_seen(p_seen, p_since, p_until, p_days) AS TABLE
WITH dated AS (
    SELECT
        *,
        event_time >= CAST(p_since AS TIMESTAMP) AND event_time < CAST(p_until AS TIMESTAMP) AS inside,
        event_time < CAST(p_since AS TIMESTAMP) AND event_time >= CAST(p_since AS TIMESTAMP) - to_days(CAST(p_days AS INTEGER)) AS before
    FROM query_table(p_seen)
    WHERE event_time > TIMESTAMP '1970-01-01'
)

SELECT
    actor,
    service,
    thing,
    count(*) FILTER (inside) AS events,
    (
        SELECT count(DISTINCT date_trunc('day', event_time)) FROM dated WHERE before
    ) AS baseline_days_with_events,
    arg_min(event_key, (event_time, event_id, event_key)) FILTER (inside) AS event_key
FROM dated
GROUP BY actor, service, thing
HAVING count(*) FILTER (inside) > 0 AND count(*) FILTER (before) = 0;

-- Machines and databases in calls -------------------------------------------------------------------------------------------

-- Every EC2 instance type that the parameters name, in whatever place.
CREATE MACRO instance_types_in(p_params) AS
list_sort(list_distinct(regexp_extract_all(
    CAST(p_params AS VARCHAR), '"((?:u-)?[a-z]+[0-9][a-z0-9-]*\.(?:nano|micro|small|medium|large|[0-9]*xlarge|metal[a-z0-9-]*))"', 1
)));

-- How many machines a launch asks for at most.
CREATE MACRO machines_asked(p_params) AS
greatest(
    TRY_CAST(items_of(json_extract(p_params, '$.instancesSet'))[1] ->> '$.maxCount' AS BIGINT),
    TRY_CAST(p_params ->> '$.instanceCount' AS BIGINT),
    TRY_CAST(p_params ->> '$.desiredCapacity' AS BIGINT),
    TRY_CAST(p_params ->> '$.maxSize' AS BIGINT),
    TRY_CAST(p_params ->> '$.spotFleetRequestConfig.targetCapacity' AS BIGINT),
    TRY_CAST(p_params ->> '$.CreateFleetRequest.TargetCapacitySpecification.TotalTargetCapacity' AS BIGINT),
    len(as_list(json_extract(p_params, '$.instanceNames')))
);

-- Whether a call gives machines a start-up script; null where the call could not say: it is no launch, lost its parameters, or
-- leaves the script to a launch template.
CREATE MACRO user_data_given(p_params, p_name) AS
CASE
    WHEN contains(CAST(p_params AS VARCHAR), 'serData"') THEN TRUE
    WHEN
        p_name IN ('RunInstances', 'RequestSpotInstances', 'CreateLaunchTemplate', 'CreateInstances')
        AND kept(p_params)
        AND NOT json_exists(p_params, '$.launchTemplate')
        THEN FALSE
END;

-- What makes a launch stand out, in words.
CREATE MACRO abuse_signs(p_params, p_name, p_error, p_many) AS
list_filter([
    CASE WHEN len(list_filter(instance_types_in(p_params), lambda t: regexp_matches(t, '^(p|g|inf|trn|dl|vt|f)[0-9]'))) > 0 THEN 'accelerated type' END,
    CASE WHEN len(list_filter(instance_types_in(p_params), lambda t: regexp_matches(t, '\.([89]|[1-9][0-9]+)xlarge$|\.metal'))) > 0 THEN 'large type' END,
    CASE WHEN machines_asked(p_params) >= p_many THEN 'many at once' END,
    CASE WHEN p_name LIKE 'RequestSpot%' OR contains(lower(CAST(p_params AS VARCHAR)), '"spot"') THEN 'spot capacity' END,
    CASE WHEN regexp_matches(p_error, 'LimitExceeded|InsufficientInstanceCapacity|Quota') THEN 'limit reached' END,
    CASE WHEN regexp_matches(p_error, 'OptInRequired|Unsupported|PendingVerification|Blocked') THEN 'not allowed to this account' END,
    CASE WHEN as_flag(json_extract(p_params, '$.disableApiTermination')) THEN 'termination protection' END
], lambda x: x IS NOT NULL);

-- What a database call does towards taking it over, in words.
CREATE MACRO takeover_steps(p_params, p_response) AS
list_filter([
    CASE
        WHEN json_exists(p_params, '$.masterUserPassword') OR json_exists(p_response, '$.pendingModifiedValues.masterUserPassword')
            OR json_exists(p_params, '$.rotateMasterUserPassword') THEN 'master password set'
    END,
    CASE WHEN (p_params ->> '$.publiclyAccessible') = 'true' THEN 'made public' END,
    CASE WHEN json_exists(p_params, '$.vPCSecurityGroupIds') OR json_exists(p_params, '$.vpcSecurityGroupIds') THEN 'security groups set' END,
    CASE WHEN (p_params ->> '$.enableIAMDatabaseAuthentication') = 'true' THEN 'sign-in by IAM allowed' END,
    CASE WHEN json_exists(p_params, '$.omitted') THEN 'parameters were dropped for size' END
], lambda x: x IS NOT NULL);

-- Everyone whom any statement of a document names.
CREATE MACRO principals_in(p_document) AS
list_sort(list_distinct(flatten(list_transform(statements_of(p_document), lambda s: principals_of(s)))));

-- Security groups ---------------------------------------------------------------------------------------------------------

-- The rules of a security group call in words such as "tcp 22-22 0.0.0.0/0": nested, flat, wrapped, or from the response.
CREATE MACRO port_words(p_protocol, p_low, p_high) AS
CASE WHEN coalesce(p_protocol, '-1') = '-1' THEN 'all' ELSE p_protocol END
|| CASE
    WHEN p_low IS NULL OR p_low = '-1' THEN ''
    WHEN p_low = p_high THEN ' ' || p_low
    ELSE ' ' || p_low || '-' || coalesce(p_high, p_low)
END;
CREATE MACRO rules_of(p_params, p_response) AS
list_sort(list_distinct(list_concat(
    list_concat(
        flatten(list_transform(items_of(json_extract(p_params, '$.ipPermissions')), lambda i: list_transform(
            list_concat(
                list_concat(
                    list_transform(items_of(json_extract(i, '$.ipRanges')), lambda r: r ->> '$.cidrIp'),
                    list_transform(items_of(json_extract(i, '$.ipv6Ranges')), lambda r: r ->> '$.cidrIpv6')
                ),
                list_concat(
                    list_transform(
                        items_of(json_extract(i, '$.groups')),
                        lambda r: coalesce(r ->> '$.userId' || '/', '') || coalesce(r ->> '$.groupId', r ->> '$.groupName')
                    ),
                    list_transform(items_of(json_extract(i, '$.prefixListIds')), lambda r: r ->> '$.prefixListId')
                )
            ),
            lambda who: port_words(i ->> '$.ipProtocol', i ->> '$.fromPort', i ->> '$.toPort') || ' ' || who
        ))),
        CASE
            WHEN (p_params ->> '$.cidrIp') IS NOT NULL
                THEN [
                    port_words(p_params ->> '$.ipProtocol', p_params ->> '$.fromPort', p_params ->> '$.toPort')
                    || ' ' || (p_params ->> '$.cidrIp')
                ]
            ELSE []
        END
    ),
    list_concat(
        list_transform(
            list_filter(
                items_of(json_extract(p_response, '$.securityGroupRuleSet')),
                lambda r: (r ->> '$.cidrIpv4') IS NOT NULL OR (r ->> '$.cidrIpv6') IS NOT NULL
            ),
            lambda r: port_words(r ->> '$.ipProtocol', r ->> '$.fromPort', r ->> '$.toPort')
            || ' ' || coalesce(r ->> '$.cidrIpv4', r ->> '$.cidrIpv6')
        ),
        list_transform(
            list_filter(
                as_list(json_extract(p_params, '$.ModifySecurityGroupRulesRequest.SecurityGroupRule')),
                lambda r: coalesce(r ->> '$.SecurityGroupRule.CidrIpv4', r ->> '$.SecurityGroupRule.CidrIpv6') IS NOT NULL
            ),
            lambda r: port_words(
                r ->> '$.SecurityGroupRule.IpProtocol', r ->> '$.SecurityGroupRule.FromPort', r ->> '$.SecurityGroupRule.ToPort'
            ) || ' ' || coalesce(r ->> '$.SecurityGroupRule.CidrIpv4', r ->> '$.SecurityGroupRule.CidrIpv6')
        )
    )
)));
-- World is more than 0.0.0.0/0: every prefix shorter than /8 is as good as the whole internet.
CREATE MACRO is_world(p_rule) AS
coalesce(TRY_CAST(regexp_extract(p_rule, '\d+\.\d+\.\d+\.\d+/(\d+)$', 1) AS INTEGER) < 8, FALSE)
OR coalesce(TRY_CAST(regexp_extract(p_rule, '[0-9a-fA-F]*:[0-9a-fA-F:]*/(\d+)$', 1) AS INTEGER) < 16, FALSE);

-- Sums that lead back to events --------------------------------------------------------------------------------------------

-- The ids of the first ten events of a group, in time order.
CREATE MACRO first_ids(p_id, p_time) AS arg_min(p_id, (p_time, p_id), 10);
-- The first twenty different values of a group, sorted; where there are more, a last one says how many.
CREATE MACRO some_of(p_value) AS
CASE
    WHEN count(DISTINCT p_value) > 20
        THEN list_concat(
            (list(DISTINCT p_value ORDER BY p_value) FILTER (p_value IS NOT NULL))[1:20],
            ['… and ' || CAST(count(DISTINCT p_value) - 20 AS VARCHAR) || ' more']
        )
    ELSE list(DISTINCT p_value ORDER BY p_value) FILTER (p_value IS NOT NULL)
END;

-- Text of the whole record that could name something, for searches that must read all of it.
CREATE MACRO record_holds(p_needle) AS TABLE
SELECT *
FROM events
WHERE
    contains(lower(concat_ws(
        ' ', event_id, event_name, event_source, aws_region, recipient_account_id, source_ip_address, user_agent, error_code,
        error_message, request_id, shared_event_id, vpc_endpoint_id, CAST(user_identity AS VARCHAR),
        CAST(request_parameters AS VARCHAR), CAST(response_elements AS VARCHAR), CAST(additional_event_data AS VARCHAR),
        CAST(service_event_details AS VARCHAR), CAST(resources AS VARCHAR), CAST(tls_details AS VARCHAR),
        CAST(event_context AS VARCHAR), CAST(insight_details AS VARCHAR), CAST(unknown_fields AS VARCHAR)
    )), lower(p_needle));

-- Accounts -----------------------------------------------------------------------------------------------------------------

-- The account that an access key id was made for, from the id itself (newer keys only).
CREATE MACRO base32_bits(p_text) AS
list_reduce(
    list_transform(string_split(p_text, ''), lambda c: CAST(strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', c) - 1 AS UHUGEINT)),
    lambda a, b: a * 32 + b
);
CREATE MACRO account_of_key(p_key) AS
CASE
    WHEN regexp_full_match(p_key, 'A(KIA|SIA)[A-HK-Z2-7][A-Z2-7]{15}')
        THEN lpad(CAST(CAST(base32_bits(substr(p_key, 5, 10)) // 4 // 128 % 1099511627776 AS UBIGINT) AS VARCHAR), 12, '0')
END;

-- Instances that an EC2 call names, in its parameters or its response.
CREATE MACRO instance_ids_of(p_params, p_response) AS
list_sort(list_distinct(list_filter(
    list_concat(
        list_concat(
            list_transform(items_of(json_extract(p_params, '$.instancesSet')), lambda i: i ->> '$.instanceId'),
            list_transform(items_of(json_extract(p_response, '$.instancesSet')), lambda i: i ->> '$.instanceId')
        ),
        list_concat([p_params ->> '$.instanceId'], as_texts(json_extract(p_params, '$.instanceIds')))
    ),
    lambda i: i IS NOT NULL
)));

-- What a call sets the protection against deletion or termination to; null where it sets none.
CREATE MACRO deletion_protection(p_params) AS
coalesce(
    as_flag(json_extract(p_params, '$.deletionProtection')),
    as_flag(json_extract(p_params, '$.disableApiTermination')),
    as_flag(json_extract(p_params, '$.enableTerminationProtection')),
    as_flag(json_extract(p_params, '$.deletionProtectionEnabled')),
    as_flag(json_extract(p_params, '$.terminationProtected')),
    CASE
        WHEN (p_params ->> '$.attribute') = 'disableApiTermination' THEN TRY_CAST(p_params ->> '$.value' AS BOOLEAN)
    END,
    TRY_CAST(list_filter(
        as_list(json_extract(p_params, '$.attributes')), lambda a: (a ->> '$.key') = 'deletion_protection.enabled'
    )[1] ->> '$.value' AS BOOLEAN),
    CASE upper(p_params ->> '$.deletionProtection') WHEN 'ACTIVE' THEN TRUE WHEN 'INACTIVE' THEN FALSE END
);

-- Kilometres between two points on the earth; null where one of them is not known.
CREATE MACRO km_between(p_latitude, p_longitude, p_latitude2, p_longitude2) AS
CASE
    WHEN p_latitude + p_longitude + p_latitude2 + p_longitude2 IS NOT NULL -- least() passes over nulls
        THEN 12742 * asin(least(1, sqrt(
            pow(sin(radians(p_latitude2 - p_latitude) / 2), 2)
            + cos(radians(p_latitude)) * cos(radians(p_latitude2)) * pow(sin(radians(p_longitude2 - p_longitude) / 2), 2)
        )))
END;

-- Lifecycle rules of a bucket that are in force; a rule that is switched off expires nothing.
CREATE MACRO lifecycle_rules(p_params) AS
list_filter(
    as_list(coalesce(json_extract(p_params, '$.LifecycleConfiguration.Rule'), json_extract(p_params, '$.LifecycleConfiguration.Rules'))),
    lambda r: lower(coalesce(r ->> '$.Status', 'enabled')) <> 'disabled'
);

-- After how many days the first of them lets objects expire (old versions too, if asked for).
CREATE MACRO shortest_days(p_params, p_versions_too) AS
list_min(list_transform(lifecycle_rules(p_params), lambda r: least(
    TRY_CAST(r ->> '$.Expiration.Days' AS INTEGER),
    CASE WHEN p_versions_too THEN TRY_CAST(r ->> '$.NoncurrentVersionExpiration.NoncurrentDays' AS INTEGER) END
)));

-- The layers of a function after a call, as ARNs.
CREATE MACRO layers_of(p_params, p_response) AS
list_filter(
    list_transform(
        as_list(coalesce(json_extract(p_response, '$.layers'), json_extract(p_params, '$.layers'))), lambda l: coalesce(l ->> '$.arn', l ->> '$')
    ),
    lambda x: x IS NOT NULL
);
