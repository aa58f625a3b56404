"""Archived objects: asking S3 for readable copies, only when told to. A later ``acquire`` picks up what was restored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ctforensics.acquire.plan import ARCHIVE_CLASSES
from ctforensics.aws.refusals import judge
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder

TIERS = {"expedited": "Expedited", "standard": "Standard", "bulk": "Bulk"}
# How long it takes until a readable copy is there (S3 user guide, "Understanding archive retrieval options").
WAIT = {
    ("GLACIER", "expedited"): "1 to 5 minutes",
    ("GLACIER", "standard"): "3 to 5 hours",
    ("GLACIER", "bulk"): "5 to 12 hours",
    ("DEEP_ARCHIVE", "standard"): "within 12 hours",
    ("DEEP_ARCHIVE", "bulk"): "within 48 hours",
}
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for: the tier (expedited, standard, bulk) and for how many days the copy stays."""

    tier: str
    days: int


def asked_before(folder: CaseFolder) -> bool:
    """Whether this case ever asked for a restore: then archived objects are tried, whatever the listing says of them."""
    return any(line.get("action") == "restore" for line in journal.read(folder.custody_file))


def request_all(client: Any, wanted_file: Path, request: Request, jobs: int) -> dict[str, int]:
    """Asks for every archived object in a list of what is not here; returns how many requests ended in what way."""
    counted: Counter[str] = Counter()
    lines = _archived(wanted_file)
    with ThreadPoolExecutor(jobs) as pool:
        while batch := list(islice(lines, BATCH)):
            counted.update(pool.map(lambda line: _one(client, line, request), batch))
    return dict(counted)


def _archived(wanted_file: Path) -> Iterator[dict[str, Any]]:
    with wanted_file.open(encoding="utf-8") as stream:
        for text in stream:
            line = json.loads(text)
            if line["outcome"] == "archived":
                yield line


def _one(client: Any, line: dict[str, Any], request: Request) -> str:
    """Intelligent-Tiering takes no number of days: its objects go back to the frequent tier and stay there."""
    asked: dict[str, Any] = {"GlacierJobParameters": {"Tier": TIERS[request.tier]}}
    if line["storage_class"] in ARCHIVE_CLASSES:
        asked["Days"] = request.days
    version = {"VersionId": line["version_id"]} if line.get("version_id") else {}
    try:
        client.restore_object(Bucket=line["bucket"], Key=line["key"], RestoreRequest=asked, **version)
    except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
        code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
        return (
            "in progress already" if code == "RestoreAlreadyInProgress" else f"refused: {code or judge(error).reason}"
        )
    return "requested"
