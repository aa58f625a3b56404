"""A case of a few records, made by the real loader in a moment; tests may write to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ctforensics.investigation import Case, new_case

HOSTILE = "tool<script>alert(1)</script>\u202egnp"
KEY = "AKIAEXAMPLEANA000001"


def record(number: int, **more: Any) -> dict[str, Any]:
    """One call by the user ana at minute ``number``; everything else overrides a member."""
    user = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "userName": "ana", "accessKeyId": KEY}
    return {
        "eventVersion": "1.08",
        "userIdentity": {**user, "accountId": "111122223333"},
        "eventTime": f"2024-05-02T06:{number:02d}:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetBucketAcl",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": HOSTILE,
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
        "recipientAccountId": "111122223333",
        **more,
    }


def add(folder: Path, name: str, *records: dict[str, Any]) -> Path:
    """Writes records as one log file below a folder of evidence; returns that folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps({"Records": list(records)}), "utf-8")
    return folder


def make(base: Path, events: int = 5) -> Case:
    """A loaded case with that many events; its evidence stands in ``base/evidence``."""
    made = new_case(base / "mycase", title="Night shift", examiner="Ada")
    made.load(add(base / "evidence", "log.json", *(record(n) for n in range(events))))
    return made
