"""Logs without any digest: the commonest evidence there is."""

import gzip
import json
from pathlib import Path

from ctforensics.investigation import new_case


def test_hours_with_log_files_but_no_digest_are_unverified_and_not_missing(tmp_path: Path):
    folder = tmp_path / "AWSLogs/111122223333/CloudTrail/eu-west-1/2024/05/02"
    folder.mkdir(parents=True)
    record = {
        "eventVersion": "1.08",
        "eventTime": "2024-05-02T06:11:09Z",
        "eventID": "1",
        "eventName": "ListBuckets",
        "eventSource": "s3.amazonaws.com",
        "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "Root", "accountId": "111122223333"},
    }
    name = "111122223333_CloudTrail_eu-west-1_20240502T0615Z_AAAAAAAAAAAAAAAA.json.gz"
    (folder / name).write_bytes(gzip.compress(json.dumps({"Records": [record]}).encode()))
    case = new_case(tmp_path / "case")
    case.load(tmp_path / "AWSLogs")
    assert case.verify().authentic == "unknown"
    states = case.sql("SELECT hour, state, reason FROM coverage")
    assert list(states["state"]) == ["unverified"]
    assert "not proven" in states["reason"].iloc[0]
    case.close()
