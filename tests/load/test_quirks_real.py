"""The quirks again, in the real records in which they were met: counts and columns that are known of them."""

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.roots import add_root
from ctforensics.load.run import load

pytestmark = pytest.mark.xdist_group("quirks_real")


@pytest.fixture(scope="module")
def asked(tmp_path_factory, shared_data):
    """Rows of a statement over one set of real data, each loaded once."""
    cases = {}

    def ask(name, sql):
        if name not in cases:
            cases[name] = case_folder.create(tmp_path_factory.mktemp("real") / "case")
            add_root(cases[name], shared_data / name)
            load(cases[name])
        with duckdb.connect(str(cases[name].database), read_only=True) as con:
            return con.execute(sql).fetchall()

    return ask


def types_at(column, path):
    return (
        f"SELECT json_type({column}, '$.{path}') AS t, count(*) FROM events WHERE t IS NOT NULL GROUP BY 1 ORDER BY 1"
    )


ALL = "event_sources JOIN events USING (event_key)"
FACTS = {
    "q01 members that differ only in case": (
        "invictus",
        """SELECT count(*) FROM events WHERE contains(request_parameters::VARCHAR, '"Tagging":')
            AND contains(request_parameters::VARCHAR, '"tagging":')""",
        [(5,)],
    ),
    "q02 records that an inferred schema cannot hold": ("sans504-august", f"SELECT count(*) FROM {ALL}", [(10853,)]),
    "q03 columns that an inferred schema drops": (
        "sans504-august",
        f"SELECT count(error_code), count(error_message), count(vpc_endpoint_id) FROM {ALL}",
        [(3809, 3809, 3877)],
    ),
    "q04 a member that two records have": (
        "invictus",
        "SELECT count(mfa) FROM events WHERE additional_event_data ->> '$.MFAUsed' IS NOT NULL",
        [(2,)],
    ),
    "q05 maxResults": ("invictus", types_at("request_parameters", "maxResults"), [("UBIGINT", 49), ("VARCHAR", 17)]),
    "q05 tags": ("invictus", types_at("request_parameters", "tags"), [("ARRAY", 70), ("OBJECT", 7)]),
    "q05 role": ("invictus", types_at("response_elements", "role"), [("OBJECT", 13), ("VARCHAR", 4)]),
    "q05 disableApiTermination": (
        "invictus",
        types_at("request_parameters", "disableApiTermination"),
        [("BOOLEAN", 8), ("OBJECT", 2)],
    ),
    "q05 an empty text for an object": (
        "ocsf-aws-examples",
        "SELECT count(*) FROM events WHERE response_elements = '\"\"' AND fidelity = 'full'",
        [(1,)],
    ),
    "q06 integers and floats": (
        "sans504-august",
        types_at("additional_event_data", "bytesTransferredOut"),
        [("DOUBLE", 6036), ("UBIGINT", 1327)],
    ),
    "q07 everything of one kind twice": (
        "sans504-august",
        "SELECT (SELECT count(*) FROM events), (SELECT sum(duplicates) FROM files), (SELECT count(*) FROM conflicts)",
        [(8447, 2406, 0)],
    ),
    "q08 ids that are no UUID": (
        "umccr-flaws-slice",
        """SELECT event_id FROM events WHERE event_id IN ('8c58977-02ee-4dc3-8784-7f4bbe90c591',
            '64220d-0873-4ffb-bb1d-7b9d94c5c773') ORDER BY 1""",
        [("64220d-0873-4ffb-bb1d-7b9d94c5c773",), ("8c58977-02ee-4dc3-8784-7f4bbe90c591",)],
    ),
    "q09 an identity without type": (
        "invictus",
        "SELECT count(*), count(*) FILTER (actor = invoked_by) FROM events WHERE user_identity_type IS NULL",
        [(42, 42)],
    ),
    "q09 one more": ("plaso-aws", "SELECT count(*) FROM events WHERE user_identity_type IS NULL", [(1,)]),
    "q10 an insight has none of it": (
        "sekoia-intake-aws",
        """SELECT count(*), count(user_identity), count(event_source), count(event_name), count(source_ip_address)
            FROM insights""",
        [(1, 0, 0, 0, 0)],
    ),
    "q11 no ARN and an empty key": (
        "invictus",
        """SELECT event_name, access_key_id, actor, principal_arn, user_identity ->> '$.accessKeyId' FROM events
            WHERE event_id = '74b4a7d6-764d-4ec8-bbd4-91e7a84e6780'""",
        [("CheckMfa", None, "arn:aws:iam::123837392027:user/bert-jan", None, "")],
    ),
    "q12 an Identity Center user": (
        "ocsf-aws-examples",
        "SELECT actor FROM events WHERE user_identity_type = 'IdentityCenterUser' AND fidelity = 'full'",
        [("e3644802-3061-7018-86c3-USERID",)],
    ),
    "q12 Unknown as a type": (
        "aws-docs-examples.jsonl",
        "SELECT count(*), min(actor) FROM events WHERE user_identity_type = 'Unknown'",
        [(3, "unknown@15.248.1.214")],
    ),
    "q13 members of newer identities": (
        "umccr-flaws-slice",
        """SELECT count(*) FROM events WHERE json_exists(user_identity, '$.inScopeOf')
            AND json_exists(user_identity, '$.onBehalfOf') AND json_exists(user_identity, '$.credentialId')
            OR json_exists(user_identity, '$.invokedByDelegate') OR json_exists(user_identity, '$.identityProvider')""",
        [(3,)],
    ),
    "q13 how an instance got its credentials": (
        "invictus",
        """SELECT user_identity ->> '$.sessionContext.ec2RoleDelivery' AS how, count(*) FROM events
            WHERE how IS NOT NULL GROUP BY 1 ORDER BY 1""",
        [("1.0", 2), ("2.0", 21)],
    ),
    "q14 names instead of addresses": (
        "invictus",
        "SELECT source_kind, count(*) FROM events WHERE source_kind LIKE 'aws%' GROUP BY 1 ORDER BY 1",
        [("aws_internal", 170), ("aws_service", 183)],
    ),
    "q15 addresses that are none": (
        "stratus",
        """SELECT count(*), bool_or(source_ip_address = '06.237.252.245'), bool_or(source_ip_address = '255.18.064.253')
            FROM events WHERE source_kind = 'invalid'""",
        [(85, True, True)],
    ),
    "q15 a network, a star and numbers beyond 255": (
        "aws-docs-examples.jsonl",
        """SELECT DISTINCT source_kind FROM events WHERE source_ip_address IN ('192.0.2.0/24', '77.88.999.69')""",
        [("invalid",)],
    ),
    "q16 private addresses of an attacker": (
        "invictus",
        """SELECT source_kind, count(*) FROM events WHERE source_ip_address IN ('192.168.10.20', '10.248.16.43')
            GROUP BY 1""",
        [("private_ip", 2243)],
    ),
    "q17 agents in brackets": (
        "invictus",
        """SELECT count(*), bool_and(b.agent_family = e.agent_family) FROM events b
            LEFT JOIN (SELECT DISTINCT user_agent, agent_family FROM events) e ON '[' || e.user_agent || ']' = b.user_agent
            WHERE b.user_agent LIKE '[%'""",
        [(257, True)],
    ),
    "q19 a code without message": (
        "invictus",
        """SELECT event_id, outcome, error_message FROM events WHERE error_code = 'InvocationDoesNotExist'""",
        [("c3bbd94a-297d-465f-bd98-a2c6f60b6aa5", "failed", None)],
    ),
    "q20 no request id": (
        "invictus",
        "SELECT event_type, count(*) FROM events WHERE request_id IS NULL GROUP BY 1 ORDER BY 1",
        [("AwsConsoleSignIn", 3), ("AwsServiceEvent", 2)],
    ),
    "q21 old records": (
        "umccr-flaws-slice",
        "SELECT count(*), count(event_class) FROM events WHERE read_only IS NULL",
        [(153, 153)],
    ),
    "q21 records of 1.04 and 1.05": (
        "grycap-cloudtrail-tracker",
        "SELECT event_version, count(*), count(read_only) FROM events GROUP BY 1 ORDER BY 1",
        [("1.04", 41, 0), ("1.05", 101, 0)],
    ),
    "q22 a boolean as text": (
        "invictus",
        """SELECT count(*), min(unknown_fields ->> '$.sessionCredentialFromConsole') FROM events
            WHERE session_credential_from_console""",
        [(256, "true")],
    ),
    "q23 odd times": (
        "aws-docs-examples.jsonl",
        """SELECT event_time::VARCHAR, event_time_basis, unknown_fields ->> '$.eventTime' FROM events
            WHERE list_contains(parse_flags, 'type:eventTime') ORDER BY 1""",
        [
            ("2014-03-06 21:22:54", "eventTime", "2014-03-06T21: 22: 54Z"),
            ("2023-01-03 02:22:28", "eventTime", "2023-01-03T02:22:28z"),
        ],
    ),
    "q25 the time inside counts": (
        "plaso-aws",
        "SELECT min(event_time)::VARCHAR, max(event_time_basis) FROM events",
        [("2022-02-07 22:19:04", "eventTime")],
    ),
    "q26 every version": (
        "umccr-flaws-slice",
        "SELECT list_sort(list(DISTINCT event_version)) FROM events",
        [(["1.0", *(f"1.{n:02d}" for n in range(1, 12))],)],
    ),
    "q27 JSON inside text": (
        "invictus",
        """SELECT json_valid(request_parameters ->> '$.policyDocument') FROM events
            WHERE event_id = 'd96d75c7-e715-44ff-9735-9dc51afbd774'""",
        [(True,)],
    ),
    "q28 leftovers of XML": (
        "invictus",
        "SELECT target FROM events WHERE event_name = 'DeleteFlowLogs'",
        [("fl-064ed3a785e4a37ef",)],
    ),
    "q29 dates in payloads": (
        "invictus",
        """SELECT min(response_elements ->> '$.user.createDate') FROM events WHERE event_name = 'CreateUser'""",
        [("Jul 10, 2023 12:23:05 PM",)],
    ),
    "q30 masks": (
        "invictus",
        """SELECT count(*) FROM events
            WHERE contains(request_parameters::VARCHAR || response_elements::VARCHAR, 'HIDDEN_DUE_TO_SECURITY_REASONS')""",
        [(47,)],
    ),
    "q31 another account in the names": (
        "invictus",
        """SELECT (SELECT list(DISTINCT account) FROM files WHERE account IS NOT NULL),
            (SELECT list(DISTINCT recipient_account_id) FROM events)""",
        [(["218007301253"], ["123837392027"])],
    ),
    "q33 a tree without AWSLogs": (
        "sans504-august",
        "SELECT count(*), count(account), count(region), count(delivered_at) FROM files WHERE kind = 'cloudtrail'",
        [(1477, 1477, 1477, 1477)],
    ),
    "q33 names without their unique part": (
        "umccr-flaws-slice",
        "SELECT sum(records) FROM files WHERE path LIKE '%/AWSLogs/o-abcd/%' AND kind = 'cloudtrail'",
        [(185,)],
    ),
    "q34 an empty list": (
        "umccr-flaws-slice",
        "SELECT size, records FROM files WHERE outcome = 'empty'",
        [(23, 0)],
    ),
    "q34 a cut file": (
        "cado-cloudgrep",
        """SELECT outcome, r.reason FROM files JOIN rejects r USING (file_no) WHERE path LIKE '%bad_cloudtrail.json'""",
        [("rejected", "truncated")],
    ),
    "q35 a notification of S3": (
        "grycap-cloudtrail-tracker",
        "SELECT outcome, kind, records FROM files WHERE path LIKE '%tests/event.json'",
        [("other_kind", "s3_notification", 0)],
    ),
    "q35 notifications of S3, Kinesis, SNS and SQS": (
        "grafana-lambda-promtail",
        "SELECT DISTINCT kind FROM files WHERE kind LIKE '%notification' ORDER BY 1",
        [("kinesis_notification",), ("s3_notification",), ("sns_notification",), ("sqs_notification",)],
    ),
    "q36 the shapes of a publisher": (
        "cribl-cloudtrail-pack",
        "SELECT count(*), min(container), max(container) FROM event_sources",
        [(44, "splunk", "splunk")],
    ),
    "q36 a record two layers deep": (
        "opensearch-raw-logs",
        "SELECT count(*), min(fidelity) FROM event_sources WHERE container = 'wrapped'",
        [(50, "full")],
    ),
    "q37 a large record": (
        "umccr-flaws-slice",
        "SELECT length(response_elements::VARCHAR) > 30000 FROM events WHERE event_name = 'DescribeEventCategories'",
        [(True,)],
    ),
    "q39 other spelling": (
        "aws-docs-examples.jsonl",
        """SELECT DISTINCT flag FROM (SELECT unnest(parse_flags) AS flag FROM events) WHERE flag LIKE 'spelling:%'
            ORDER BY 1""",
        [
            ("spelling:RequestParameters",),
            ("spelling:ResponseElements",),
            ("spelling:eventId",),
            ("spelling:requestId",),
        ],
    ),
    "q40 files that were compressed again": (
        "sans504-august",
        """SELECT count(*), count(DISTINCT sha256), count(DISTINCT content_sha256) < count(*), bool_or(flags IS NOT NULL)
            FROM files WHERE kind = 'cloudtrail'""",
        [(1477, 1477, True, False)],
    ),
    "q42 network activity and insights are kept apart": (
        "sekoia-intake-aws",
        "SELECT count(*) FROM insights WHERE event_class <> 'insight'",
        [(0,)],
    ),
}


@pytest.mark.parametrize("fact", FACTS)
def test_a_real_set_shows_its_quirk_in_the_right_columns(asked, fact):
    name, sql, expected = FACTS[fact]
    assert asked(name, sql) == expected


def test_q41_a_file_with_the_content_of_another_is_a_duplicate_whatever_its_label(asked):
    twice = asked("stratus", "SELECT content_sha256 FROM files GROUP BY 1 HAVING count(*) > 1")
    outcomes = asked("traildiscover-examples", "SELECT count(*) FROM files WHERE outcome = 'duplicate'")
    assert twice == [] and outcomes[0][0] > 200
