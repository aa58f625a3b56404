"""Public keys of every region for the whole period, raw and with where they came from: without them nothing is verified later."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.acquire.answers import Answers, Outcome, replace_file
from ctforensics.aws import public_keys
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import judge
from ctforensics.case import custody, journal
from ctforensics.case.folder import CaseFolder

MARGIN = timedelta(days=1)


def acquire_keys(
    folder: CaseFolder, accesses: list[Access], answers: Answers, regions: list[str], since: datetime, until: datetime
) -> dict[str, int]:
    """Fetches the keys of each region into ``keys/``; returns how many each region gave. Refusals stand in ``answers``.

    Keys belong to a region, not to an account: the first identity that may ask is enough.
    """
    start, end = since - MARGIN, until + MARGIN

    def one(region: str) -> dict[str, Any] | None:
        tries = (_one(folder, access, answers, region, start, end) for access in accesses)
        return next((facts for facts in tries if facts), None)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, regions))
    got = {region: file for region, file in zip(regions, found, strict=True) if file}
    if got:
        custody.record(
            folder,
            "public_keys",
            source="aws" if all(facts["source"] == "aws" for facts in got.values()) else "endpoint",
            endpoints={region: facts["endpoint"] for region, facts in got.items()},
            callers={region: facts["caller"].get("arn") for region, facts in got.items()},
            since=clock.utc_text(start),
            until=clock.utc_text(end),
            files={region: facts["sha256"] for region, facts in got.items()},
            keys={region: facts["keys"] for region, facts in got.items()},
        )
    return {region: facts["keys"] for region, facts in got.items()}


def _one(
    folder: CaseFolder, access: Access, answers: Answers, region: str, start: datetime, end: datetime
) -> dict[str, Any] | None:
    where = ("cloudtrail", "ListPublicKeys", str(access.caller.get("account", "")), region, "")
    try:
        records, raw = public_keys.fetch(access, region, start, end)
    except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
        refusal = judge(error)
        word = "denied" if "denied" in refusal.reason else "failed"
        answers.note(Outcome(*where, word, refusal.reason))
        return None
    received = folder.keys / "received"
    received.mkdir(parents=True, exist_ok=True)
    raw_file = received / f"{region}-{answers.stamp}.json"
    raw_file.write_bytes(raw)
    raw_file.chmod(0o444)
    data = _merged(folder, region, records)
    replace_file(folder.keys / f"{region}.json", data)
    facts = {
        "region": region,
        "file": f"{region}.json",
        "sha256": hashlib.sha256(data).hexdigest(),
        "received": f"received/{raw_file.name}",
        "received_sha256": hashlib.sha256(raw).hexdigest(),
        "keys": len(records),
        "wrong_fingerprints": public_keys.wrong_fingerprints(records),
        "since": clock.utc_text(start),
        "until": clock.utc_text(end),
        "source": "aws" if access.is_aws else "endpoint",
        "endpoint": access.client("cloudtrail", region).meta.endpoint_url,
        "caller": access.caller,
        "acquired_at": clock.utc_text(clock.now().replace(microsecond=0)),
    }
    journal.append(folder.keys / "provenance.jsonl", [facts], chained=False)
    answers.note(Outcome(*where, "obtained", files=(f"keys/{region}.json",)))
    return facts


def _merged(folder: CaseFolder, region: str, records: list[dict[str, str]]) -> bytes:
    """These records and those of earlier acquisitions, each once, in order of validity.

    A key file that custody does not know as fetched is somebody else's: it is set aside under another name, where it counts as
    supplied, so that no foreign key comes to be called fetched by us.
    """
    file = folder.keys / f"{region}.json"
    known: list[dict[str, str]] = []
    if file.exists():
        if hashlib.sha256(file.read_bytes()).hexdigest() in _fetched_before(folder):
            known = json.loads(file.read_text("utf-8"))["Regions"][region]
        else:
            _set_aside(file)
    every = {json.dumps(record, sort_keys=True): record for record in [*known, *records]}
    ordered = sorted(every.values(), key=lambda record: (record["ValidityStartTime"], record["Fingerprint"]))
    return json.dumps({"Regions": {region: ordered}}, indent=1).encode()


def _fetched_before(folder: CaseFolder) -> set[str]:
    """Hashes of key files that an unbroken custody record says we fetched."""
    if not custody.verify(folder).ok:
        return set()
    lines = [line for line in journal.read(folder.custody_file) if line.get("action") == "public_keys"]
    return {str(sha256) for line in lines for sha256 in (line.get("files") or {}).values()}


def _set_aside(file: Path) -> None:
    number = 1
    while (aside := file.with_name(f"{file.stem}-supplied-{number}.json")).exists():
        number += 1
    file.rename(aside)
