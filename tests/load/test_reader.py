"""The compiled walk, the bulk reader and the careful reader say the same of what somebody made to look like a record."""

import json

import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load import reader
from ctforensics.load.options import Options
from ctforensics.load.reader import Reader
from ctforensics.load.task import Task
from ctforensics.logs import cloudtrail
from tests.load.loading_desk import record

FLAT = {
    "eventVersion": "1.08",
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreateUser",
    "userIdentity.arn": "ana",
}


@pytest.fixture
def told(tmp_path):
    """Rows of a content as one of the three ways gives them, in the order of its records."""
    case = case_folder.create(tmp_path / "case")

    def read(content, way):
        file = tmp_path / "file.json"
        file.write_bytes(content)
        desk = Reader(case, Options(compiled=way == "walk"))
        if way == "careful":
            desk.bulk.add = lambda *_: None
        chunk = desk.read([Task("root", "file.json", len(content), None, None, str(file), str(tmp_path))])
        events, sources = chunk.events.to_pylist(), chunk.sources.to_pylist()
        rows = sorted(zip(sources, events, strict=True), key=lambda row: row[0]["record_index"])
        return rows, chunk.files.to_pylist(), chunk.rejects.to_pylist(), chunk.aggregated.to_pylist()

    return read


@pytest.mark.parametrize(
    "made",
    [
        json.dumps(FLAT),
        json.dumps(record(1) | {"userIdentity.arn": "somebody else"}),
        json.dumps(record(1, eventSource="-")).replace('"-"', '"\\u0061ws:s3"'),
        json.dumps(record(1, eventType="-")).replace('"-"', '"Aws\\u0041ggregatedEvent"'),
        json.dumps(record(1, eventCategory="Aggregated")),
        json.dumps(record(1, eventCategory="-")).replace('"-"', '"\\u0041ggregated"'),
        json.dumps(record(1, class_uid=6003, metadata={"product": {"name": "CloudTrail"}})),
        json.dumps(record(1, eventTime="0001-01-01T00:00:00Z")),
        json.dumps(record(1, eventTime="2024-05-02T06:11:60Z")),
    ],
    ids=[
        "flattened", "flattened beside", "a notification", "aggregated", "of the aggregated category", "of it in another spelling",
        "with marks of OCSF", "the year 1", "a leap second",
    ],
)  # fmt: skip
def test_three_readers_agree(made, told):
    plain = json.dumps(record(2), separators=(",", ":"))
    content = f'{{"Records":[{json.dumps(json.loads(made), separators=(",", ":"))},{plain}]}}'.encode()
    for text in (content, f'{{"Records":[{made.replace(": ", ":").replace(", ", ",")},{plain}]}}'.encode()):
        careful = told(text, "careful")
        assert told(text, "bulk") == careful
        assert told(text, "walk") == careful


def test_a_flattened_row_in_a_list_of_records_is_a_poorer_copy_with_its_identity(told):
    rows, *_ = told(json.dumps({"Records": [FLAT]}, separators=(",", ":")).encode(), "walk")
    [(source, event)] = rows
    assert (source["fidelity"], event["principal_arn"]) == ("flattened", "ana")


def test_a_record_with_a_dotted_member_beside_its_identity_stays_a_record_with_all_that_it_says(told):
    made = record(1) | {"userIdentity.arn": "somebody else"}
    rows, *_ = told(json.dumps({"Records": [made]}, separators=(",", ":")).encode(), "careful")
    [(source, event)] = rows
    assert source["fidelity"] == "full"
    assert json.loads(event["unknown_fields"]) == {"userIdentity.arn": "somebody else"}


@pytest.mark.parametrize("way", ["walk", "bulk", "careful"])
def test_records_that_are_packed_in_small_portions_are_the_same_rows(way, told, monkeypatch):
    made = [record(n, **({"unheardOf": 1} if n % 3 else {})) for n in range(10)]
    content = json.dumps({"Records": made}, separators=(",", ":")).encode()
    whole = told(content, way)
    monkeypatch.setattr(cloudtrail, "PORTION", 2)
    monkeypatch.setattr(reader, "_BULK", 1)
    assert told(content, way) == whole


def test_a_content_hands_its_records_on_as_they_come_and_keeps_none():
    content, portions = b"\n".join(json.dumps(record(n)).encode() for n in range(12_000)), []
    reading = cloudtrail.read(content, take=lambda records: portions.append(len(records)))
    assert portions == [5000, 5000, 2000]
    assert (reading.count, reading.records, reading.kind, reading.form) == (12_000, [], "cloudtrail", "bare")
