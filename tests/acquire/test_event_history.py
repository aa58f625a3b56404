import json
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from ctforensics.acquire import event_history
from ctforensics.case import folder as folders
from ctforensics.cli import main


@pytest.fixture
def history(aws, monkeypatch):
    monkeypatch.setattr(event_history, "PACE", 0)
    aws.fill("trail-bucket", {"AWSLogs/111122223333/CloudTrail/us-east-1/2024/05/02/x.json.gz": b"x"})
    start = datetime(2024, 5, 2, tzinfo=UTC).timestamp()
    aws.events["us-east-1"] = [
        {
            "EventId": f"{n:08d}",
            "EventName": "ListBuckets",
            "EventTime": start + n,
            "AccessKeyId": "AKIAIOSFODNN7EXAMPLE" if n % 2 else "AKIAI44QH8DHBEXAMPLE",
            "CloudTrailEvent": json.dumps({"eventVersion": "1.08", "eventID": f"{n:08d}"}),
        }
        for n in range(120)
    ]
    return aws


def saved(tmp_path):
    case = folders.open_folder(tmp_path / "case")
    files = sorted((case.evidence / "_aws").rglob("*LookupEvents*.json"))
    return [event["EventId"] for file in files for event in json.loads(file.read_text())["Events"]]


def test_every_page_of_every_region_is_saved_as_received_newest_first(history, acquire, tmp_path):
    _, out, _ = acquire("s3://trail-bucket", "--objects-only", "--event-history", "--region", "us-east-1")
    assert "Event history: 120 events of 1 regions" in out
    assert saved(tmp_path) == [f"{n:08d}" for n in reversed(range(120))]


def test_a_named_key_is_pulled_alone(history, acquire, tmp_path):
    lookup = ("--lookup", "AccessKeyId=AKIAIOSFODNN7EXAMPLE")
    acquire("s3://trail-bucket", "--objects-only", *lookup, "--region", "us-east-1")
    assert len(saved(tmp_path)) == 60


def test_a_denied_history_is_recorded_as_not_obtained(history, acquire):
    history.denied.add("LookupEvents")
    _, out, _ = acquire("s3://trail-bucket", "--objects-only", "--event-history", "--region", "us-east-1")
    assert "stopped in us-east-1: access denied" in out


def test_a_filter_that_aws_does_not_know_is_refused(tmp_path, capsys):
    assert main(["acquire", str(tmp_path / "case"), "s3://bucket", "--lookup", "Colour=red"]) == 2
    assert "AccessKeyId" in capsys.readouterr().err
    assert not (tmp_path / "case").exists()


def test_two_calls_a_second_and_no_more(history, acquire, monkeypatch):
    naps = []
    monkeypatch.setattr(event_history, "PACE", 0.5)
    monkeypatch.setattr(event_history, "time", SimpleNamespace(sleep=naps.append, monotonic=time.monotonic))
    acquire("s3://trail-bucket", "--objects-only", "--event-history", "--region", "us-east-1")
    assert naps == [0.5] * 3, "a rest after each of the three pages"


def test_each_account_has_an_event_history_of_its_own(history, acquire, tmp_path):
    roles = [f"arn:aws:iam::{account}:role/forensics" for account in ("111122223333", "444455556666")]
    options = [option for role in roles for option in ("--role-arn", role)]
    acquire("s3://trail-bucket", "--objects-only", "--event-history", "--region", "us-east-1", *options)
    case = folders.open_folder(tmp_path / "case")
    files = (case.evidence / "_aws").rglob("*LookupEvents*.json")
    assert {file.parent.parent.name for file in files} == {"111122223333", "444455556666"}
