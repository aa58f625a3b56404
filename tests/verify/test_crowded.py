"""What somebody forges by the thousand costs as much work as it has files, not the square of it."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.digest_archive import ACCOUNT, BUCKET, FIRST, HOUR, REGION, Archive, shown
from support.digest_cases import place, usual

from ctforensics.evidence.roots import Located
from ctforensics.practice.maker import instant
from ctforensics.trail import object_keys
from ctforensics.verify import crowds, ledger
from ctforensics.verify.keys import KeyStore
from ctforensics.verify.run import verify

PLACE = object_keys.digest_key(ACCOUNT, REGION, "t", REGION, FIRST)
OTHER = object_keys.digest_key(ACCOUNT, REGION, "t", REGION, FIRST + HOUR)


def forged(number: int, key: str, previous: str, **more: Any) -> bytes:
    end = FIRST + timedelta(seconds=number)
    facts = {
        "awsAccountId": ACCOUNT,
        "digestStartTime": instant(end - HOUR),
        "digestEndTime": instant(end),
        "digestS3Bucket": BUCKET,
        "digestS3Object": key,
        "digestPublicKeyFingerprint": "a" * 32,
        "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": BUCKET,
        "previousDigestS3Object": previous,
        "previousDigestHashValue": f"{number:064x}",
        "previousDigestHashAlgorithm": "SHA-256",
        "previousDigestSignature": "00",
        "logFiles": [],
    }
    return json.dumps(facts | more).encode()


SHAPES: dict[str, Callable[[int], list[bytes]]] = {
    "all at one place, naming it": lambda n: [forged(i, PLACE, PLACE) for i in range(n)],
    "naming it in other buckets": lambda n: [forged(i, PLACE, PLACE, previousDigestS3Bucket=f"b{i}") for i in range(n)],
    "half at one place, half naming it": lambda n: [
        forged(i, *((PLACE, PLACE + "x") if i < n // 2 else (OTHER, PLACE))) for i in range(n)
    ],
    "two places in a circle": lambda n: [forged(i, *((PLACE, OTHER) if i % 2 else (OTHER, PLACE))) for i in range(n)],
}


def work(
    contents: list[bytes], monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes] | None = None
) -> tuple[int, int]:
    """How many steps of its machine the database took, in thousands, and how many files were told."""
    steps = 0

    def one_more() -> int:
        nonlocal steps
        steps += 1
        return 0

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        db = genuine(*args, **options)
        db.set_progress_handler(one_more, 1_000)
        return db

    genuine = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(ledger.sqlite3, "connect", connect)
        objects = [
            Located("mirror", f"{number}.json", len(content), open=lambda content=content: io.BytesIO(content))
            for number, content in enumerate(contents)
        ] + [
            Located("mirror", name, len(content), open=lambda content=content: io.BytesIO(content))
            for name, content in (files or {}).items()
        ]
        result = verify(objects, keys=KeyStore())
    assert result.counts["proven"] == 0
    return steps, len(result.files)


@pytest.mark.parametrize("shape", SHAPES)
def test_thousands_of_forged_digests_at_one_place_take_work_in_proportion(shape: str, monkeypatch: pytest.MonkeyPatch):
    few, more, many = (work(SHAPES[shape](number), monkeypatch)[0] for number in (250, 500, 1_000))
    assert more < 2.3 * few and many < 2.3 * more, (few, more, many)


@pytest.mark.parametrize("metadata", [True, False])
def test_a_crowd_around_genuine_digests_changes_no_verdict(
    metadata: bool, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    maker = usual(archive, 4)
    middle, newest = maker.digests[2], maker.digests[3]
    for number in range(40):
        genuine = json.loads(archive.content(place(newest)))
        at = FIRST + timedelta(days=2, seconds=number)
        times = {"digestStartTime": instant(at - HOUR), "digestEndTime": instant(at)}
        carried = genuine | times | {"previousDigestSignature": "00"}
        archive.extra[f"forged/means it {number}.json"] = json.dumps(carried).encode()
        archive.extra[f"forged/does not {number}.json"] = json.dumps(
            carried | {"previousDigestHashValue": f"{number:064x}"}
        ).encode()
        archive.extra[f"forged/stands there {number}.json"] = json.dumps(
            json.loads(archive.content(place(middle))) | {"oldestEventTime": instant(at)}
        ).encode()
    archive.write(tmp_path)
    plain = archive.judge(tmp_path, metadata=metadata)
    monkeypatch.setattr(crowds, "FROM", 10)
    crowded = archive.judge(tmp_path, metadata=metadata)
    assert crowded.to_json() == plain.to_json()
    assert crowded.counts["codes"].get("D_OK", 0) + crowded.counts["codes"].get("D_OK_CHAIN", 0) == 3 + metadata, shown(
        crowded
    )


LOG = b'{"Records":[{"eventVersion":"1.08","eventID":"%d"}]}'


def listing(number: int, key: str, content: bytes) -> dict[str, str]:
    times = {"newestEventTime": instant(FIRST), "oldestEventTime": instant(FIRST)}
    facts = {"s3Bucket": BUCKET, "s3Object": key, "hashValue": hashlib.sha256(content).hexdigest()}
    return facts | {"hashAlgorithm": "SHA-256"} | times


def of_one_name(number: int) -> tuple[bytes, dict[str, bytes]]:
    """Files of one name in many folders, listed in many others."""
    listed = [listing(n, f"a/{n}/x_CloudTrail_y.json.gz", b"%d" % n) for n in range(number)]
    return forged(0, PLACE, OTHER, logFiles=listed), {f"b/{n}/x_CloudTrail_y.json": LOG % n for n in range(number)}


def of_one_content(number: int) -> tuple[bytes, dict[str, bytes]]:
    """One content under many names, listed under many others."""
    listed = [listing(n, f"a/{n}_CloudTrail_y.json.gz", LOG % 0) for n in range(number)]
    return forged(0, PLACE, OTHER, logFiles=listed), {f"b/{n}.json": LOG % 0 for n in range(number)}


@pytest.mark.parametrize(("shape", "more"), [(of_one_name, 1), (of_one_content, 0)])
def test_thousands_of_listed_files_of_one_name_or_content_take_work_in_proportion_and_are_told_once(
    shape: Callable[[int], tuple[bytes, dict[str, bytes]]], more: int, monkeypatch: pytest.MonkeyPatch
):
    sizes, spent, told = (250, 500, 1_000), [], []
    for number in sizes:
        digest, files = shape(number)
        steps, outcomes = work([digest], monkeypatch, files)
        spent.append(steps)
        told.append(outcomes)
    assert spent[1] < 2.4 * spent[0] and spent[2] < 2.4 * spent[1], spent
    assert told == [2 * number + more for number in sizes]
