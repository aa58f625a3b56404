"""The same records as exports hold them at second hand: each maker takes records and gives the content of a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Record = dict[str, Any]


def dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def table(names: list[str], rows: list[list[Any]], quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([names, *rows])
    return out.getvalue()


def _milliseconds(r: Record) -> int:
    return int(datetime.strptime(r["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp() * 1000)


def _ocsf(r: Record) -> dict[str, Any]:
    """OCSF 1.1.0, as Security Lake 2.0 writes it."""
    who = r["userIdentity"]
    return {
        "class_uid": 6003,
        "class_name": "API Activity",
        "type_name": "API Activity: Create",
        "time": _milliseconds(r),
        "time_dt": datetime.fromtimestamp(_milliseconds(r) / 1000, UTC),
        "metadata": {
            "uid": r["eventID"],
            "event_code": r["eventType"],
            "product": {"name": "CloudTrail", "version": r["eventVersion"], "vendor_name": "AWS"},
            "version": "1.1.0",
            "profiles": ["cloud", "datetime"],
        },
        "api": {
            "operation": r["eventName"],
            "service": {"name": r["eventSource"]},
            "request": {"uid": r["requestID"], "data": dumps(r["requestParameters"])},
            "response": {"data": None, "error": None, "message": None},
        },
        "cloud": {"region": r["awsRegion"], "provider": "AWS"},
        "src_endpoint": {"ip": r["sourceIPAddress"], "domain": None},
        "http_request": {"user_agent": r["userAgent"]},
        "actor": {
            "user": {
                "type": who["type"],
                "name": who["userName"],
                "uid": who["arn"],
                "uid_alt": who["principalId"],
                "account": {"uid": who["accountId"]},
                "credential_uid": who["accessKeyId"],
            },
            "session": {"issuer": None, "is_mfa": False},
        },
        "unmapped": {
            "recipientAccountId": r["recipientAccountId"],
            "readOnly": str(r["readOnly"]).lower(),
            "managementEvent": str(r["managementEvent"]).lower(),
            "eventCategory": r["eventCategory"],
        },
    }


def _ocsf_rc2(r: Record) -> dict[str, Any]:
    """OCSF 1.0.0-rc.2, as Security Lake 1.0 wrote it."""
    made, who = _ocsf(r), r["userIdentity"]
    made["class_uid"] = 3005
    made.pop("time_dt")
    made["metadata"].pop("event_code")
    made["metadata"]["version"] = "1.0.0-rc.2"
    made["actor"]["user"] = {
        "type": who["type"],
        "name": who["userName"],
        "uuid": who["arn"],
        "uid": who["principalId"],
        "account_uid": who["accountId"],
        "credential_uid": who["accessKeyId"],
    }
    made["unmapped"] |= {"eventType": r["eventType"], "requestParameters.userName": r["requestParameters"]["userName"]}
    return made


def _parquet(rows: list[dict[str, Any]], unmapped: bool = True) -> bytes:
    made = pa.Table.from_pylist(rows)
    if unmapped:
        texts = pa.array([list(row["unmapped"].items()) for row in rows], pa.map_(pa.string(), pa.string()))
        made = made.set_column(made.schema.get_field_index("unmapped"), "unmapped", texts)
    sink = pa.BufferOutputStream()
    pq.write_table(made, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def ocsf_lines(records: list[Record]) -> str:
    return "\n".join(json.dumps(_ocsf(r), default=str) for r in records)


def ocsf_parquet(records: list[Record]) -> bytes:
    return _parquet([_ocsf(r) for r in records])


def ocsf_rc2_parquet(records: list[Record]) -> bytes:
    return _parquet([_ocsf_rc2(r) for r in records])


def athena_parquet(records: list[Record]) -> bytes:
    """What a CTAS of Athena or Glue makes of the documented table: small letters, a struct, JSON as text."""
    rows = [
        {name.lower(): dumps(v) if name in ("requestParameters", "responseElements") else v for name, v in r.items()}
        | {"useridentity": {k.lower(): v for k, v in r["userIdentity"].items()}}
        for r in records
    ]
    return _parquet(rows, unmapped=False)


def _lake(r: Record) -> dict[str, str]:
    who = ", ".join(f"{k.lower()}={v}" for k, v in r["userIdentity"].items())
    return {
        "eventversion": r["eventVersion"],
        "useridentity": f"{{{who}, sessioncontext=null}}",
        "eventtime": r["eventTime"].replace("T", " ").replace("Z", ".000"),
        "eventsource": r["eventSource"],
        "eventname": r["eventName"],
        "awsregion": r["awsRegion"],
        "sourceipaddress": r["sourceIPAddress"],
        "useragent": r["userAgent"],
        "requestparameters": f"{{userName={r['requestParameters']['userName']}}}",
        "requestid": r["requestID"],
        "eventid": r["eventID"],
        "readonly": str(r["readOnly"]).lower(),
        "recipientaccountid": r["recipientAccountId"],
        "eventcategory": r["eventCategory"],
    }


def lake_csv(records: list[Record]) -> str:
    rows = [_lake(r) for r in records]
    return table(list(rows[0]), [list(row.values()) for row in rows])


def lake_answer(records: list[Record]) -> str:
    """``get-query-results``: each row a list of objects of one member."""
    rows = [[{name: value} for name, value in _lake(r).items()] for r in records]
    return json.dumps(
        {"QueryStatus": "FINISHED", "QueryStatistics": {"ResultsCount": len(rows)}, "QueryResultRows": rows}
    )


def _sentinel(r: Record) -> dict[str, Any]:
    who = r["userIdentity"]
    return {
        "TimeGenerated": r["eventTime"],
        "TenantId": "6f1c0000-0000-4000-8000-000000000000",
        "AwsEventId": r["eventID"],
        "AwsRequestId_": r["requestID"],
        "EventVersion": r["eventVersion"],
        "EventSource": r["eventSource"],
        "EventTypeName": r["eventType"],
        "EventName": r["eventName"],
        "UserIdentityType": who["type"],
        "UserIdentityPrincipalid": who["principalId"],
        "UserIdentityArn": who["arn"],
        "UserIdentityAccountId": who["accountId"],
        "UserIdentityAccessKeyId": who["accessKeyId"],
        "UserIdentityUserName": who["userName"],
        "SourceIpAddress": r["sourceIPAddress"],
        "AWSRegion": r["awsRegion"],
        "UserAgent": r["userAgent"],
        "RequestParameters": dumps(r["requestParameters"]),
        "ReadOnly": r["readOnly"],
        "ManagementEvent": r["managementEvent"],
        "RecipientAccountId": r["recipientAccountId"],
    }


def sentinel_json(records: list[Record]) -> str:
    return "\n".join(dumps(_sentinel(r)) for r in records)


def sentinel_csv(records: list[Record]) -> str:
    """The portal's export: `` [UTC]`` behind the names of times, and times as Americans write them."""
    rows = [_sentinel(r) for r in records]
    for row in rows:
        moment = datetime.fromisoformat(row["TimeGenerated"])
        hour = f"{moment.hour % 12 or 12}:{moment:%M:%S}.000 {'PM' if moment.hour > 11 else 'AM'}"
        row["TimeGenerated"] = f"{moment.month}/{moment.day}/{moment.year}, {hour}"
    names = [f"{n} [UTC]" if n == "TimeGenerated" else n for n in rows[0]]
    return table(names, [list(row.values()) for row in rows])


def _elastic(r: Record) -> dict[str, Any]:
    who = r["userIdentity"]
    return {
        "@timestamp": r["eventTime"].replace("Z", ".000Z"),
        "event": {"action": r["eventName"], "provider": r["eventSource"], "id": r["eventID"], "outcome": "success"},
        "cloud": {"region": r["awsRegion"], "account": {"id": r["recipientAccountId"]}},
        "source": {"address": r["sourceIPAddress"], "ip": r["sourceIPAddress"]},
        "user_agent": {"original": r["userAgent"]},
        "user": {"name": who["userName"], "id": who["principalId"]},
        "aws": {
            "cloudtrail": {
                "event_version": r["eventVersion"],
                "event_type": r["eventType"],
                "event_category": r["eventCategory"],
                "user_identity": {"type": who["type"], "arn": who["arn"], "access_key_id": who["accessKeyId"]},
                "request_id": r["requestID"],
                "read_only": r["readOnly"],
                "management_event": r["managementEvent"],
                "recipient_account_id": r["recipientAccountId"],
                "request_parameters": f"{{userName={r['requestParameters']['userName']}}}",
                "flattened": {"request_parameters": r["requestParameters"]},
            }
        },
    }


def _dotted(value: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {prefix: value}
    return {
        k: v for name, inner in value.items() for k, v in _dotted(inner, f"{prefix}.{name}" if prefix else name).items()
    }


def elastic_nested(records: list[Record]) -> str:
    return json.dumps({"hits": {"hits": [{"_index": "x", "_source": _elastic(r)} for r in records]}})


def elastic_dotted(records: list[Record]) -> str:
    return "\n".join(dumps({"_index": "x", "_source": _dotted(_elastic(r))}) for r in records)


def elastic_fields(records: list[Record]) -> str:
    """Documents without ``_source`` around them, one a line."""
    return "\n".join(dumps(_elastic(r)) for r in records)


def splunk_flat(records: list[Record]) -> str:
    """Splunk without ``_raw``: members of members with dots in their names."""
    return "\n".join(dumps({"preview": False, "result": {**_dotted(r), "_time": "x"}}) for r in records)


def history_csv(records: list[Record]) -> str:
    names = "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Event ID,Read-only"
    rows = [
        [
            r["userIdentity"]["userName"],
            r["userIdentity"]["accessKeyId"],
            r["eventTime"],
            r["eventSource"],
            r["eventName"],
        ]
        + [r["awsRegion"], r["sourceIPAddress"], r["userAgent"], r["eventID"], "false"]
        for r in records
    ]
    return table(names.split(","), rows)


def history_csv_of_eight(records: list[Record]) -> str:
    """The console's eight columns, without an event id."""
    whole = list(csv.reader(io.StringIO(history_csv(records))))
    return table(whole[0][:8], [row[:8] for row in whole[1:]])


def athena_csv(records: list[Record]) -> str:
    rows = []
    for r in records:
        who = ", ".join(f"{k.lower()}={v}" for k, v in r["userIdentity"].items())
        rows.append(
            [r["eventVersion"], f"{{{who}, sessioncontext=null}}", r["eventTime"], r["eventSource"], r["eventName"]]
            + [r["awsRegion"], r["sourceIPAddress"], r["userAgent"], dumps(r["requestParameters"]), r["eventID"]]
        )
    names = "eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress useragent requestparameters eventid"
    return table(names.split(), rows, csv.QUOTE_ALL)


EXPORTS = {
    "history.csv": history_csv,
    "history-of-eight.csv": history_csv_of_eight,
    "athena.csv": athena_csv,
    "athena.parquet": athena_parquet,
    "lake.csv": lake_csv,
    "lake.json": lake_answer,
    "security-lake.json": ocsf_lines,
    "security-lake-2.gz.parquet": ocsf_parquet,
    "security-lake-1.gz.parquet": ocsf_rc2_parquet,
    "sentinel.json": sentinel_json,
    "sentinel.csv": sentinel_csv,
    "elastic.json": elastic_nested,
    "elastic-dotted.json": elastic_dotted,
    "elastic-lines.json": elastic_fields,
    "splunk.json": splunk_flat,
}
