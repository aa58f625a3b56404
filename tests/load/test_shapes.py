"""Every shape in which investigators hold CloudTrail gives the same events."""

import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import tarfile
import zipfile

import pytest
import zstandard

from tests.load.loading_desk import record

HUNDRED = [record(n) for n in range(100)]


def dumps(value):
    return json.dumps(value, separators=(",", ":"))


def lookup_events(records):
    return {
        "Events": [
            {"EventId": r["eventID"], "EventTime": "2024-05-02T08:11:09+02:00", "CloudTrailEvent": dumps(r)}
            for r in records
        ]
    }


def history_csv(records):
    names = "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Event ID,Read-only"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names.split(","))
    for r in records:
        who = r["userIdentity"]
        writer.writerow(
            [who["userName"], who["accessKeyId"], r["eventTime"], r["eventSource"], r["eventName"], r["awsRegion"]]
            + [r["sourceIPAddress"], r["userAgent"], r["eventID"], "false"]
        )
    return out.getvalue()


def athena_csv(records):
    names = "eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress useragent requestparameters eventid"
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(names.split())
    for r in records:
        who = r["userIdentity"]
        struct = (
            f"{{type={who['type']}, principalid={who['principalId']}, arn={who['arn']}, accountid={who['accountId']}, "
            f"accesskeyid={who['accessKeyId']}, username={who['userName']}, sessioncontext=null}}"
        )
        writer.writerow(
            [r["eventVersion"], struct, r["eventTime"], r["eventSource"], r["eventName"], r["awsRegion"]]
            + [r["sourceIPAddress"], r["userAgent"], dumps(r["requestParameters"]), r["eventID"]]
        )
    return out.getvalue()


def ocsf(records):
    lines = []
    for n, r in enumerate(records):
        who = r["userIdentity"]
        lines.append(
            {
                "class_uid": 6003,
                "time": 1714629600000 + n * 1000,
                "metadata": {
                    "uid": r["eventID"],
                    "product": {"name": "CloudTrail", "version": "1.08"},
                    "version": "1.1.0",
                },
                "api": {
                    "operation": r["eventName"],
                    "service": {"name": r["eventSource"]},
                    "request": {"uid": r["requestID"]},
                },
                "cloud": {"region": r["awsRegion"]},
                "src_endpoint": {"ip": r["sourceIPAddress"]},
                "http_request": {"user_agent": r["userAgent"]},
                "actor": {"user": {"type": "IAMUser", "uid": who["arn"], "credential_uid": who["accessKeyId"]}},
                "unmapped": {"recipientAccountId": r["recipientAccountId"], "readOnly": "false"},
            }
        )
    return "\n".join(map(dumps, lines))


def table(names, rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([names, *rows])
    return out.getvalue()


def eventbridge(r):
    return {"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "detail": r}


def payloads(records, size=10):
    """What CloudWatch Logs hands to a subscription, with the question whether anybody is there in front."""
    made = [
        {
            "messageType": "DATA_MESSAGE",
            "owner": "111122223333",
            "logGroup": "trail",
            "logEvents": [{"id": str(n), "timestamp": n, "message": dumps(r)} for r in records[n : n + size]],
        }
        for n in range(0, len(records), size)
    ]
    control = {
        "messageType": "CONTROL_MESSAGE",
        "owner": "x",
        "logEvents": [{"id": "", "message": "CWL CONTROL MESSAGE"}],
    }
    return [*made, control]


FULL = {
    "array.json": HUNDRED,
    "lines.json": "\n".join(map(dumps, HUNDRED)),
    "concatenated.json": "".join(map(dumps, HUNDRED)),
    "two-documents.json": dumps({"Records": HUNDRED[:50]}) + dumps({"Records": HUNDRED[50:]}),
    "lookup.json": lookup_events(HUNDRED),
    "lookup-lines.json": "\n".join(map(dumps, lookup_events(HUNDRED)["Events"])),
    "eventbridge.json": "".join(
        dumps({"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "detail": r})
        for r in HUNDRED
    ),
    "subscription.json": {
        "messageType": "DATA_MESSAGE",
        "logGroup": "trail",
        "logEvents": [{"id": str(n), "timestamp": n, "message": dumps(r)} for n, r in enumerate(HUNDRED)],
    },
    "export-task": "\n".join(f"2024-05-02T06:00:00.000Z {dumps(r)}" for r in HUNDRED),
    "splunk.json": "\n".join(dumps({"preview": False, "result": {"_raw": dumps(r), "_time": "x"}}) for r in HUNDRED),
    "elastic.json": {"hits": {"hits": [{"_source": {"event": {"original": dumps(r)}}} for r in HUNDRED]}},
    "sns.json": {"Type": "Notification", "Message": dumps({"Records": HUNDRED})},
    "lake.csv": "eventjson\n" + "\n".join('"' + dumps(r).replace('"', '""') + '"' for r in HUNDRED),
    "powershell.json": json.dumps(lookup_events(HUNDRED)).encode("utf-16"),
    "firehose-without-line-feeds": "".join(map(dumps, HUNDRED)),
    "firehose-of-eventbridge": "".join(map(dumps, map(eventbridge, HUNDRED))),
    "firehose-of-cloudwatch": b"".join(gzip.compress(dumps(p).encode()) for p in payloads(HUNDRED)),
    "firehose-of-cloudwatch-compressed.gz": gzip.compress(
        b"".join(gzip.compress(dumps(p).encode()) for p in payloads(HUNDRED))
    ),
    "firehose-decompressed": "".join(map(dumps, payloads(HUNDRED))),
    "firehose-processing-failed": "\n".join(
        dumps({"attemptsMade": 4, "errorCode": "x", "rawData": base64.b64encode(zip_).decode()})
        for zip_ in (gzip.compress(dumps(p).encode()) for p in payloads(HUNDRED)[:-1])
    ),
    "lambda-event.json": {
        "awslogs": {"data": base64.b64encode(gzip.compress(dumps(payloads(HUNDRED, 100)[0]).encode())).decode()}
    },
    "filter-log-events.json": {
        "events": [{"logStreamName": "x", "timestamp": 1, "message": dumps(r)} for r in HUNDRED]
    },
    "insights.json": {
        "results": [
            [{"field": "@timestamp", "value": "2024-05-02 06:00:00.000"}, {"field": "@message", "value": dumps(r)}]
            for r in HUNDRED
        ],
        "status": "Complete",
    },
    "insights.csv": table(("@timestamp", "@message"), [("2024-05-02 06:00:00.000", dumps(r)) for r in HUNDRED]),
    "console-logs.csv": table(("timestamp", "message"), [("1714629600000", dumps(r)) for r in HUNDRED]),
    "opensearch.json": "\n".join(dumps({"@id": "1", "@message": dumps(r), "@log_group": "g"}) for r in HUNDRED),
    "export-task-in-milliseconds": "\n".join(f"1714629600000 {dumps(r)}" for r in HUNDRED),
    "aws-logs-tail": "\n".join(f"2024-05-02T06:00:00.123000+00:00 111122223333_CloudTrail {dumps(r)}" for r in HUNDRED),
    "beats.json": "\n".join(
        dumps({"@timestamp": "x", "message": dumps(r), "agent": {"type": "filebeat"}}) for r in HUNDRED
    ),
    "fluentd.json": "\n".join(dumps({"log": dumps(r), "tag": "x"}) for r in HUNDRED),
    "stackdriver.json": "\n".join(dumps({"insertId": "1", "jsonPayload": r}) for r in HUNDRED),
    "logstash.json": "\n".join(dumps({"@timestamp": "x", "aws": {"cloudtrail": r}}) for r in HUNDRED),
    "splunk-results.json": {"preview": False, "results": [{"_raw": dumps(r), "_time": "x"} for r in HUNDRED]},
    "splunk.csv": table(("_time", "_raw", "host"), [("x", dumps(r), "h") for r in HUNDRED]),
    "elastic-message.json": {"hits": {"hits": [{"_source": {"message": dumps(r)}} for r in HUNDRED]}},
    "elastic-dotted.json": "\n".join(dumps({"_source": {"event.original": dumps(r)}}) for r in HUNDRED),
    "sqs-of-sns.json": {"Messages": [{"MessageId": "x", "Body": dumps({"Message": dumps({"Records": HUNDRED})})}]},
    "lake-results.json": {"QueryStatus": "FINISHED", "QueryResultRows": [[{"eventJson": dumps(r)}] for r in HUNDRED]},
    "pretty.json": json.dumps({"Records": HUNDRED}, indent=2),
    "bom.json": b"\xef\xbb\xbf" + json.dumps({"Records": HUNDRED}).encode(),
}


@pytest.mark.parametrize("name", FULL)
def test_a_shape_gives_the_same_events_as_the_log_file(desk, name):
    desk.put("a/trail.json.gz", gzip.compress(dumps({"Records": HUNDRED}).encode()))
    desk.put(f"b/{name}", FULL[name])
    result = desk.load()
    assert (result.events, result.duplicates, result.rejected, result.conflicts) == (100, 100, 0, 0)


PLAIN = dumps({"Records": HUNDRED}).encode()


def zipped(data, name="trail.json"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.writestr("readme.txt", "not a log")
    return out.getvalue()


def tarred(data, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        info = tarfile.TarInfo("AWSLogs/trail.json.gz")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


CONTAINERS = {
    "x.gz": gzip.compress(PLAIN),
    "x.zst": zstandard.compress(PLAIN),
    "x.bz2": bz2.compress(PLAIN),
    "x.xz": lzma.compress(PLAIN),
    "x.zip": zipped(PLAIN),
    "x-in-x.zip": zipped(zipped(gzip.compress(PLAIN)), "inner.zip"),
    "x.tar": tarred(gzip.compress(PLAIN), "w"),
    "x.tar.gz": tarred(gzip.compress(PLAIN), "w:gz"),
    "gz-in-gz.gz": gzip.compress(gzip.compress(PLAIN)),
    "named-gz-but-plain.json.gz": PLAIN,
    "no-suffix-but-gzip": gzip.compress(PLAIN),
}


@pytest.mark.parametrize("name", CONTAINERS)  # by name alone: the bytes hold the time at which they were packed
def test_a_container_is_opened_whatever_its_name(desk, name):
    data = CONTAINERS[name]
    from ctforensics.originals.records import originals

    desk.put(name, data)
    result = desk.load()
    assert (result.events, result.rejected) == (100, 0)
    found = list(originals(desk.case))
    assert {o.basis for o in found} == {"evidence"}
    assert [o.record for o in found] == HUNDRED


POORER = {"history.csv": history_csv, "athena.csv": athena_csv, "security-lake.json": ocsf}


@pytest.mark.parametrize("name", POORER)
def test_a_poorer_copy_is_a_source_and_no_event_of_its_own(desk, name):
    desk.put("a/trail.json", {"Records": HUNDRED})
    desk.put(f"b/{name}", POORER[name](HUNDRED))
    result = desk.load()
    assert (result.events, result.poorer_copies, result.rejected, result.conflicts) == (100, 100, 0, 0)


@pytest.mark.parametrize("name", POORER)
def test_a_poorer_copy_alone_is_the_event_and_gives_way_when_the_trail_comes(desk, name):
    desk.put(f"b/{name}", POORER[name](HUNDRED))
    alone = desk.load()
    assert (alone.events, alone.poorer_copies) == (100, 0)
    assert desk.rows("SELECT DISTINCT event_name, actor FROM events")[0][0] == "CreateUser"
    desk.put("a/trail.json", {"Records": HUNDRED})
    later = desk.load()
    assert (later.events, later.poorer_copies, later.conflicts) == (100, 100, 0)
    assert desk.rows("SELECT DISTINCT fidelity FROM events") == [("full",)]


def test_five_shapes_of_the_same_hundred_events_are_a_hundred_events(desk):
    desk.put("1.json", {"Records": HUNDRED})
    desk.put("2.json", lookup_events(HUNDRED))
    for name, make in POORER.items():
        desk.put(name, make(HUNDRED))
    result = desk.load()
    assert (result.events, result.duplicates, result.poorer_copies, result.conflicts) == (100, 100, 300, 0)


@pytest.mark.parametrize("name", POORER)
def test_one_address_changed_in_one_copy_is_one_conflict(desk, name):
    changed = [*HUNDRED[:41], {**HUNDRED[41], "sourceIPAddress": "203.0.113.66"}, *HUNDRED[42:]]
    desk.put("1.json", {"Records": HUNDRED})
    desk.put(name, POORER[name](changed))
    result = desk.load()
    assert (result.events, result.conflicts) == (100, 1)
    assert desk.rows("SELECT field, value, other_value, event_id FROM conflicts") == [
        ("source_ip_address", "198.51.100.9", "203.0.113.66", "id-41")
    ]


def test_one_address_changed_in_a_full_copy_is_a_conflict_and_both_stay(desk):
    changed = [*HUNDRED[:41], {**HUNDRED[41], "sourceIPAddress": "203.0.113.66"}, *HUNDRED[42:]]
    desk.put("1.json", {"Records": HUNDRED})
    desk.put("2.json", lookup_events(changed))
    result = desk.load()
    assert (result.events, result.duplicates, result.conflicts) == (101, 99, 1)
    assert desk.rows("SELECT kind, field FROM conflicts") == [("same_id", "source_ip_address")]


def test_ids_and_dates_that_a_spreadsheet_spoiled_are_flagged_and_kept(desk):
    desk.put(
        "history.csv",
        "Event name,Event time,Event source,User name,Event ID,Recipient Account Id\n"
        "CreateUser,5/2/2024 6:11,iam.amazonaws.com,ana,id-1,1.11122E+11\n",
    )
    desk.load()
    row = desk.row()
    assert set(row["parse_flags"]) >= {"spoiled_time", "spoiled_id:recipientAccountId"}
    assert str(row["event_time"]) == "2024-05-02 06:11:00"


def test_notifications_that_look_like_cloudtrail_are_named_and_not_loaded(desk):
    for source in ("s3", "kinesis", "dynamodb"):
        desk.put(
            f"{source}.json",
            {
                "Records": [
                    {
                        "eventVersion": "2.0",
                        "eventSource": f"aws:{source}",
                        "eventName": "ObjectCreated:Put",
                        "eventTime": "x",
                    }
                ]
            },
        )
    result = desk.load()
    assert result.events == 0
    assert result.other_kinds == {"s3_notification": 1, "kinesis_notification": 1, "dynamodb_notification": 1}
