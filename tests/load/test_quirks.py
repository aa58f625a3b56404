"""Shapes of records that break a naive loader: each survives whole, with the right columns. The numbers are those of our list of quirks."""

import json

import pytest

from ctforensics.originals.rebuild import record_from_row
from ctforensics.originals.records import records
from tests.load.loading_desk import record


def without(*names, **more):
    return {k: v for k, v in record(1, **more).items() if k not in names}


def who(**members):
    return record(1, userIdentity=members)


# name: (record, {column: expected})
QUIRKS = {
    "q01 members that differ only in case": (
        record(1, requestParameters={"Tagging": {"a": 1}, "tagging": ""}),
        {"request_parameters": '{"Tagging":{"a":1},"tagging":""}'},
    ),
    "q04 a rare nested member": (record(1, additionalEventData={"MFAUsed": "No"}), {"mfa": False}),
    "q05 another type under the same path": (
        record(1, responseElements="", resources="", requestParameters={"maxResults": "1"}),
        {"response_elements": '""', "resources": '""'},
    ),
    "q05 an agent that is a list": (
        record(1, userAgent=["x"]),
        {"user_agent": '["x"]', "parse_flags": ["type:userAgent"]},
    ),
    "q06 a float where others are integers": (
        record(1, additionalEventData={"bytesTransferredOut": 0.0}),
        {"additional_event_data": '{"bytesTransferredOut":0.0}'},
    ),
    "q08 an id that is no UUID": (record(1, eventID="8c58977-02ee"), {"event_id": "8c58977-02ee"}),
    "q09 an identity without type": (
        who(accountId="111122223333", invokedBy="secretsmanager.amazonaws.com"),
        {
            "user_identity_type": None,
            "actor": "secretsmanager.amazonaws.com",
            "invoked_by": "secretsmanager.amazonaws.com",
        },
    ),
    "q10 no identity": (without("userIdentity"), {"user_identity": None, "actor": "unknown@198.51.100.9"}),
    "q10 a null identity": (record(1, userIdentity=None), {"user_identity": "null", "actor": "unknown@198.51.100.9"}),
    "q11 no ARN and an empty key": (
        who(type="IAMUser", accountId="111122223333", accessKeyId="", userName="ben"),
        {"access_key_id": None, "actor": "arn:aws:iam::111122223333:user/ben", "principal_arn": None},
    ),
    "q12 a federated user": (
        who(type="FederatedUser", arn="arn:aws:sts::111122223333:federated-user/fred", principalId="111122223333:fred"),
        {
            "actor": "arn:aws:sts::111122223333:federated-user/fred",
            "role_session_name": "fred",
            "actor_account_id": "111122223333",
        },
    ),
    "q12 a SAML user": (
        who(type="SAMLUser", principalId="HASH:ana", userName="ana", identityProvider="HASH"),
        {"actor": "HASH/ana", "principal_id": "HASH"},
    ),
    "q12 an Identity Center user": (
        who(type="IdentityCenterUser", accountId="111122223333", onBehalfOf={"userId": "u-1", "identityStoreArn": "x"}),
        {"actor": "u-1"},
    ),
    "q12 an anonymous caller": (
        who(type="AWSAccount", principalId="", accountId="ANONYMOUS_PRINCIPAL"),
        {"actor": "anonymous", "actor_account_id": "ANONYMOUS_PRINCIPAL", "is_cross_account": True},
    ),
    "q13 further members of the session": (
        who(
            type="AssumedRole",
            arn="arn:aws:sts::111122223333:assumed-role/R/s",
            sessionContext={"ec2RoleDelivery": "2.0"},
        ),
        {"actor": "arn:aws:iam::111122223333:role/R", "role_session_name": "s"},
    ),
    "q14 a service instead of an address": (
        record(1, sourceIPAddress="health.amazonaws.com"),
        {"source_kind": "aws_service"},
    ),
    "q14 AWS Internal": (record(1, sourceIPAddress="AWS Internal"), {"source_kind": "aws_internal"}),
    "q15 leading zeros": (record(1, sourceIPAddress="08.1.250.216"), {"source_kind": "invalid"}),
    "q15 a number beyond 255": (record(1, sourceIPAddress="256.44.44.11"), {"source_kind": "invalid"}),
    "q15 an empty address": (record(1, sourceIPAddress=""), {"source_kind": "empty", "source_ip_address": ""}),
    "q16 a private address": (record(1, sourceIPAddress="192.168.10.20"), {"source_kind": "private_ip"}),
    "q17 an agent in brackets": (record(1, userAgent="[aws-cli/2.2.23 x]"), {"agent_family": "cli"}),
    "q18 a failed sign-in without error code": (
        record(
            1,
            eventSource="signin.amazonaws.com",
            eventName="ConsoleLogin",
            errorMessage="Failed authentication",
            responseElements={"ConsoleLogin": "Failure"},
        ),
        {"outcome": "failed", "error_code": None, "error_class": "SignInFailure", "event_class": "session"},
    ),
    "q19 a code without message": (
        record(1, errorCode="InvocationDoesNotExist"),
        {"outcome": "failed", "error_message": None},
    ),
    "q20 no request id": (without("requestID"), {"request_id": None}),
    "q21 an old record": (
        without("readOnly", "managementEvent", "eventCategory", "recipientAccountId", "eventType", eventVersion="1.0"),
        {"read_only": None, "event_class": "permissions", "is_cross_account": None},
    ),
    "q22 booleans as text": (
        record(1, readOnly="True", sessionCredentialFromConsole="true"),
        {"read_only": True, "session_credential_from_console": True, "parse_flags": ["type:readOnly"]},
    ),
    "q23 a time with nanoseconds": (
        record(1, eventTime="2021-06-04 09:59:53.650807000"),
        {
            "event_time": "2021-06-04 09:59:53.650807",
            "event_time_basis": "eventTime",
            "parse_flags": ["type:eventTime"],
        },
    ),
    "q23 a time with blanks": (record(1, eventTime="2014-03-06T21: 22: 54Z"), {"event_time": "2014-03-06 21:22:54"}),
    "q23 a small z": (record(1, eventTime="2014-03-06T21:22:54z"), {"event_time": "2014-03-06 21:22:54"}),
    "q23 no time": (
        record(1, eventTime="redacted"),
        {"event_time": "1970-01-01 00:00:00", "event_time_basis": "none"},
    ),
    "q23 a day that is none": (record(1, eventTime="2024-02-30T00:00:00Z"), {"event_time_basis": "none"}),
    "q24 @timestamp instead": (
        without("eventTime", **{"@timestamp": "2020-09-14T01:02:34.000Z", "@version": "1"}),
        {"event_time": "2020-09-14 01:02:34", "event_time_basis": "@timestamp"},
    ),
    "q26 a version that is no number": (record(1, eventVersion="1.10"), {"event_version": "1.10"}),
    "q27 JSON inside text": (
        record(1, requestParameters={"policyDocument": '{\n "Version": "2012-10-17"}', "userName": "x"}),
        {"target": "x"},
    ),
    "q28 leftovers of XML": (
        record(
            1,
            eventSource="ec2.amazonaws.com",
            eventName="DeleteFlowLogs",
            requestParameters={"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-064e"}}},
        ),
        {"target": "fl-064e"},
    ),
    "q29 times in payloads": (record(1, responseElements={"createDate": 1688560107.857}), {}),
    "q30 a mask": (record(1, requestParameters={"userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}), {}),
    "q31 another account in the name": (record(1, recipientAccountId="999988887777"), {"is_cross_account": True}),
    "q39 other spelling": (
        without("eventID", eventId="e-1"),
        {"event_id": "e-1", "parse_flags": ["spelling:eventId"]},
    ),
    "q39 an identity in small letters": (
        who(type="IAMUser", accountid="111122223333", accesskeyid="AKIAEXAMPLE000000009"),
        {"access_key_id": "AKIAEXAMPLE000000009", "actor_account_id": "111122223333"},
    ),
    "q42 an insight": (
        {
            "eventVersion": "1.07",
            "eventTime": "2024-05-02T06:00:00Z",
            "awsRegion": "us-east-1",
            "eventID": "i-1",
            "eventType": "AwsCloudTrailInsight",
            "recipientAccountId": "111122223333",
            "sharedEventID": "s-1",
            "insightDetails": {"state": "Start", "insightContext": {"statistics": {"baseline": {"average": 1.0e-05}}}},
            "eventCategory": "Insight",
        },
        {"event_class": "insight", "event_source": None},
    ),
    "q42 network activity": (
        record(
            1,
            eventType="AwsVpceEvent",
            eventCategory="NetworkActivity",
            errorCode="VpceAccessDenied",
            vpcEndpointId="vpce-1",
        ),
        {"event_class": "network", "outcome": "denied", "vpc_endpoint_id": "vpce-1"},
    ),
    "a null scalar": (record(1, apiVersion=None), {"api_version": None, "unknown_fields": '{"apiVersion":null}'}),
    "a member that we do not know": (
        record(1, newThing=[1, {"a": None}]),
        {"unknown_fields": '{"newThing":[1,{"a":null}]}'},
    ),
    "NUL in text": (record(1, userAgent="a\0b", requestParameters={"x": "a\0b"}), {"user_agent": "a\0b"}),
    "an empty object": (record(1, userIdentity={}, requestParameters={}), {"request_parameters": "{}"}),
    "a dry run": (record(1, errorCode="Client.DryRunOperation"), {"outcome": "dry_run_ok"}),
    "a refusal of EC2": (
        record(1, errorCode="Client.UnauthorizedOperation"),
        {"outcome": "denied", "error_class": "UnauthorizedOperation"},
    ),
    "work that was only accepted": (
        record(1, eventSource="kms.amazonaws.com", eventName="ScheduleKeyDeletion", requestParameters={"keyId": "k"}),
        {"outcome": "requested", "target": "k"},
    ),
    "a date in the name": (
        record(1, eventSource="lambda.amazonaws.com", eventName="UpdateFunctionCode20150331v2"),
        {"event_base_name": "UpdateFunctionCode", "event_class": "write"},
    ),
    "a refused bucket": (
        record(
            1,
            eventSource="s3.amazonaws.com",
            eventName="GetObject",
            eventCategory="Data",
            managementEvent=False,
            requestParameters={"bucketName": "payroll", "key": "a/b.csv", "Host": "x"},
            errorCode="AccessDenied",
        ),
        {
            "bucket_name": "payroll",
            "object_key": "a/b.csv",
            "target": "payroll",
            "event_class": "data",
            "outcome": "denied",
        },
    ),
    "a refused role": (
        record(
            1,
            eventSource="sts.amazonaws.com",
            eventName="AssumeRole",
            requestParameters=None,
            errorCode="AccessDenied",
            errorMessage="User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: "
            "arn:aws:iam::999988887777:role/Admin",
        ),
        {
            "requested_role_arn": "arn:aws:iam::999988887777:role/Admin",
            "target": "arn:aws:iam::999988887777:role/Admin",
        },
    ),
    "an issued key": (
        record(
            1, eventName="CreateAccessKey", responseElements={"accessKey": {"accessKeyId": "AKIANEW", "userName": "x"}}
        ),
        {"issued_access_key_id": "AKIANEW"},
    ),
}


@pytest.mark.parametrize("name", QUIRKS)
def test_a_quirk_survives_whole_with_the_right_columns(desk, name):
    said, expected = QUIRKS[name]
    desk.put("trail.json", json.dumps({"Records": [said]}, separators=(",", ":"), ensure_ascii=False))
    result = desk.load()
    assert (result.events, result.rejected) == (1, 0)
    row = desk.row()
    assert {column: str(row[column]) if column == "event_time" else row[column] for column in expected} == expected
    assert record_from_row(row) == said
    assert list(records(desk.case)) == [said]


RAW = {
    "q38 double members": (b'"eventName":"A","eventName":"B"', ["duplicate_member"], {"event_name": "A"}),
    "a lone surrogate": (b'"userAgent":"\\ud800"', ["lone_surrogate"], {}),
    "a number beyond 64 bits": (b'"requestParameters":{"n":123456789012345678901234567890}', ["number_text"], {}),
    "a number as nobody writes it": (b'"requestParameters":{"n":1.50}', ["number_text"], {}),
    "not a number": (b'"requestParameters":{"n":NaN}', ["not_a_number"], {}),
    "bytes that are not UTF-8": (b'"userAgent":"\xff\xfe"', ["invalid_utf8"], {}),
}


@pytest.mark.parametrize("name", RAW)
def test_a_record_that_two_parsers_would_read_differently_is_kept_exactly_and_flagged(desk, name):
    members, flags, expected = RAW[name]
    text = (
        b'{"eventVersion":"1.08","eventSource":"iam.amazonaws.com","eventTime":"2024-05-02T06:00:00Z",' + members + b"}"
    )
    desk.put("trail.json", b'{"Records":[' + text + b"]}")
    result = desk.load()
    assert (result.events, result.rejected) == (1, 0)
    row = desk.row()
    assert row["parse_flags"] == flags
    assert row["record_text"] == text.decode("utf-8", "replace")
    assert {column: row[column] for column in expected} == expected


def test_q07_the_same_record_from_two_trails_is_one_event(desk):
    desk.put("a.json", {"Records": [record(1)]})
    desk.put("b.json", {"Records": [dict(reversed(record(1).items()))]})
    result = desk.load()
    assert (result.events, result.duplicates) == (1, 1)


def test_q08_one_id_for_all_records_loses_none(desk):
    desk.put("a.json", {"Records": [record(n, eventID="1") for n in range(5)]})
    assert desk.load().events == 5


def test_q33_files_without_the_usual_names_load(desk):
    desk.put("us_east_1_flattened_name", {"Records": [record(1)]})
    desk.put("AWSLogs/o-abcd/111122223333/CloudTrail/us_east_1/2024/05/02/x.json", {"Records": [record(2)]})
    assert desk.load().events == 2


@pytest.mark.parametrize("content", [b'{"Records":[]}', b"[]", b"", b" \n", b'{ "Records" : [ ] }'])
def test_q34_an_empty_file_is_said_to_be_empty(desk, content):
    desk.put("a.json", content)
    assert desk.load().files == {"empty": 1}


def test_q34_a_malformed_record_is_a_reject_and_the_rest_loads(desk):
    good = json.dumps(record(1))
    desk.put("a.json", f'{{"Records":[{good},{{"eventVersion":"1.08",}},{json.dumps(record(2))}]}}')
    result = desk.load()
    assert (result.records, result.events, result.rejects) == (3, 2, {"malformed_json": 1})
    assert desk.rows("SELECT record_index, byte_offset FROM rejects") == [(1, 12 + len(good) + 1)]


def test_q37_a_very_large_record_loads(desk):
    large = record(1, requestParameters={"x": "y" * 3_000_000})
    desk.put("a.json", {"Records": [large]})
    assert desk.load().events == 1
    assert list(records(desk.case)) == [large]


@pytest.mark.parametrize("depth", [200, 300, 600, 900])
def test_nesting_within_the_bound_loads_whole(desk, depth):
    deep = b'{"eventVersion":"1.08","eventSource":"a","eventName":"b","x":' + b"[" * depth + b"]" * depth + b"}"
    desk.put("a.json", b'{"Records":[' + deep + b"]}")
    assert desk.load().events == 1
    assert list(records(desk.case)) == [json.loads(deep)]


def test_deeper_nesting_is_a_reject(desk):
    deep = b'{"eventVersion":"1.08","eventSource":"a","eventName":"b","x":' + b"[" * 1200 + b"]" * 1200 + b"}"
    desk.put("a.json", b'{"Records":[' + json.dumps(record(1)).encode() + b"," + deep + b"]}")
    result = desk.load()
    assert (result.events, result.rejected) == (1, 1)


def test_two_lists_of_records_in_one_file_are_both_read(desk):
    one, two = json.dumps(record(1)), json.dumps(record(2))
    desk.put("a.json", f'{{"Records":[{one}],"Records":[{two}]}}')
    assert desk.load().events == 2
    assert desk.rows("SELECT flags FROM files") == [(["double_list"],)]


def test_aggregated_events_are_counts_and_not_events(desk):
    aggregated = {
        "eventVersion": "1.0",
        "accountId": "111122223333",
        "eventId": "a-1",
        "eventCategory": "Aggregated",
        "eventType": "AwsAggregatedEvent",
        "awsRegion": "us-east-1",
        "eventSource": "s3.amazonaws.com",
        "timeWindow": {"windowStart": "2025-10-30 23:45:00", "windowEnd": "2025-10-30T23:50:00Z", "windowSize": "PT5M"},
        "summary": {
            "primaryDimension": {
                "dimension": "eventName",
                "statistics": [{"name": "GetObject", "value": 7}],
                "aggregationType": "Count",
            },
            "details": [{"dimension": "userIdentity", "statistics": [{"name": "AWSAccount:111122223333", "value": 7}]}],
        },
    }
    desk.put("a.json", {"Records": [aggregated]})
    result = desk.load()
    assert (result.events, result.records, result.rejected) == (0, 0, 0)
    assert desk.rows(
        "SELECT template, dimension, name, value, is_primary, window_start::VARCHAR FROM aggregated_activity"
    ) == [
        ("API_ACTIVITY", "eventName", "GetObject", 7, True, "2025-10-30 23:45:00"),
        ("API_ACTIVITY", "userIdentity", "AWSAccount:111122223333", 7, False, "2025-10-30 23:45:00"),
    ]


def test_q02_and_q03_a_member_that_only_the_last_of_many_records_has_is_kept(desk):
    rare = record(
        999, tlsDetails={"tlsVersion": "TLSv1.3"}, errorCode="AccessDenied", errorMessage="no", apiVersion="1"
    )
    desk.put("a.json", {"Records": [record(n) for n in range(500)]})
    desk.put("b.json", {"Records": [*(record(n) for n in range(500, 600)), rare]})
    desk.put("c.json", {"Records": [record(1000, requestParameters="text", resources={"not": "a list"})]})
    assert desk.load().events == 602
    assert desk.rows(
        "SELECT tls_details, error_code, error_message, api_version FROM events WHERE error_code NOT NULL"
    ) == [('{"tlsVersion":"TLSv1.3"}', "AccessDenied", "no", "1")]
    assert desk.rows("SELECT request_parameters, resources FROM events WHERE event_id = 'id-1000'") == [
        ('"text"', '{"not":"a list"}')
    ]


@pytest.mark.parametrize("outer", ["2022-02-08 09:23:37+11:00", 1644272617.0, "08/02/2022 09:23"])
def test_q25_the_time_of_an_envelope_never_replaces_that_of_the_record(desk, outer):
    inner = record(1, eventTime="2022-02-07T22:23:37Z")
    desk.put("a.json", {"EventTime": outer, "EventName": "X", "CloudTrailEvent": json.dumps(inner)})
    desk.load()
    assert desk.rows("SELECT event_time::VARCHAR, event_time_basis FROM events") == [
        ("2022-02-07 22:23:37", "eventTime")
    ]


def test_q32_the_region_comes_from_the_record_where_the_folder_spells_it_otherwise(desk):
    desk.put(
        "AWSLogs/111122223333/CloudTrail/us_east_1/2024/05/02/"
        "111122223333_CloudTrail_us-east-1_20240502T0615Z_abcdefghijklmnop.json",
        {"Records": [record(1)]},
    )
    assert desk.load().events == 1
    assert desk.rows("SELECT region, aws_region FROM files, events") == [("us-east-1", "us-east-1")]


@pytest.mark.parametrize("source", ["s3", "kinesis", "dynamodb", "sqs", "sns"])
def test_q35_a_notification_that_looks_like_cloudtrail_is_named_and_not_loaded(desk, source):
    said = {"eventVersion": "2.1", "eventSource": f"aws:{source}", "eventName": "ObjectCreated:Put", "awsRegion": "x"}
    desk.put("a.json", {"Records": [said, said]})
    desk.put("b.json", {"Records": [record(1)]})
    result = desk.load()
    assert (result.events, result.rejected, result.other_kinds) == (1, 0, {f"{source}_notification": 1})


def test_q35_one_notification_among_records_is_a_reject_that_names_it(desk):
    said = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
    desk.put("a.json", {"Records": [record(1), said, record(2)]})
    result = desk.load()
    assert (result.events, result.rejects) == (2, {"s3_notification": 1})


Q36 = {
    "Records": lambda r: json.dumps({"Records": [r]}),
    "bare array": lambda r: json.dumps([r]),
    "bare object": json.dumps,
    "lines": lambda r: json.dumps(r) + "\n",
    "concatenated": lambda r: json.dumps(r) + json.dumps({**r, "eventID": "other"}),
    "detail": lambda r: json.dumps({"detail-type": "AWS API Call via CloudTrail", "detail": r}),
    "CloudTrailEvent": lambda r: json.dumps({"CloudTrailEvent": json.dumps(r)}),
    "_raw": lambda r: json.dumps({"_raw": json.dumps(r)}),
    "message": lambda r: json.dumps({"message": json.dumps(r, indent=2)}),
    "jsonPayload": lambda r: json.dumps({"insertId": "1", "jsonPayload": r}),
    "aws.cloudtrail": lambda r: json.dumps({"@timestamp": "x", "aws": {"cloudtrail": r}}),
    "example": lambda r: json.dumps({"page": "x", "example": r}),
    "a record in a text in a list in an object": lambda r: json.dumps({"a": [{"b": {"c": json.dumps(r)}}]}),
}


@pytest.mark.parametrize("wrapper", Q36)
def test_q36_a_wrapper_that_was_met_is_taken_off(desk, wrapper):
    desk.put("a.json", Q36[wrapper](record(1)))
    result = desk.load()
    assert (result.events, result.rejected) == (2 if wrapper == "concatenated" else 1, 0)
    assert record(1) in list(records(desk.case))


def test_q40_a_file_that_was_compressed_again_is_the_same_content_and_no_second_event(desk):
    import gzip
    import io

    data = json.dumps({"Records": [record(1)]}).encode()
    named = io.BytesIO()
    with gzip.GzipFile("111122223333_CloudTrail.json", "wb", fileobj=named) as stream:
        stream.write(data)
    desk.put("a.json.gz", gzip.compress(data, 1))
    desk.put("b.json.gz", named.getvalue())
    result = desk.load()
    assert (result.events, result.files) == (1, {"duplicate": 1, "loaded": 1})
    assert desk.rows("SELECT count(DISTINCT sha256), count(DISTINCT content_sha256) FROM files") == [(2, 1)]


def test_q41_the_same_content_under_another_label_is_a_duplicate_file_that_is_kept(desk):
    desk.put("InvokeModel.json", [record(1), record(2)])
    desk.put("Ransomware.json", [record(1), record(2)])
    result = desk.load()
    assert (result.events, result.duplicates, result.files) == (2, 2, {"duplicate": 1, "loaded": 1})


def test_every_quirk_has_a_test_that_names_it():
    names = {name[:3] for name in [*QUIRKS, *RAW]}
    names |= {part for test in globals() if test.startswith("test_q") for part in test.split("_") if part[:1] == "q"}
    names |= {test[5:8] for test in globals() if test.startswith("test_q")}
    assert {f"q{n:02d}" for n in range(1, 43)} - names == set()
