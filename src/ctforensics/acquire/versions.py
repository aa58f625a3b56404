"""Versions and delete markers: an overwritten or deleted log is a finding, and its older version is evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from ctforensics import clock
from ctforensics.acquire.answers import Answers, slug
from ctforensics.acquire.plan import Wanted, as_line
from ctforensics.acquire.scope import Branch, Scope
from ctforensics.aws.clients import Access
from ctforensics.aws.refusals import judge

LINES = 20_000  # entries in one saved file


@dataclass(slots=True)
class Versions:
    """What the listing told: deleted keys (newest first thing is a delete marker) and older versions, counted and shown in part."""

    entries: int = 0
    deleted: int = 0
    older: int = 0
    examples: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def note(self, entry: dict[str, Any]) -> None:
        """Counts one entry; the first hundred that matter are kept by name."""
        self.entries += 1
        if entry["delete_marker"] and entry["is_latest"]:
            self.deleted += 1
            self._show(f"deleted {entry['last_modified']}: {entry['key']}")
        elif not entry["delete_marker"] and not entry["is_latest"]:
            self.older += 1
            self._show(f"older version of {entry['last_modified']}: {entry['key']}")

    def _show(self, text: str) -> None:
        if len(self.examples) < 100:
            self.examples.append(text)


def take_stock(
    access: Access, answers: Answers, scope: Scope, branches: list[Branch], spool: Path | None, extra: dict[str, str]
) -> Versions:
    """Lists versions of every branch, saves the listing, and with ``spool`` plans the older versions for copying."""
    result = Versions()
    for number, branch in enumerate(branches):
        planned = open(spool / f"1-v{number:06}.jsonl", "wb") if spool else None  # noqa: SIM115
        try:
            _one(access, answers, scope, branch, result, planned, extra)
        except Exception as error:  # noqa: BLE001 - judge() raises what is not an AWS refusal
            result.refused.append((branch.prefix, judge(error).reason))
        finally:
            if planned:
                planned.close()
    return result


def _one(
    access: Access,
    answers: Answers,
    scope: Scope,
    branch: Branch,
    result: Versions,
    planned: BinaryIO | None,
    extra: dict[str, str],
) -> None:
    entries = _entries(access, scope, branch, extra)
    part = 0
    while batch := list(islice(entries, LINES)):
        part += 1
        text = "".join(json.dumps(entry) + "\n" for entry in batch)
        name = slug(f"{scope.bucket}/{branch.prefix}")
        answers.save(f"versions/{name}.p{part:05}.jsonl", text.encode())
        for entry in batch:
            result.note(entry)
            if planned and not entry["delete_marker"] and not entry["is_latest"]:
                planned.write(as_line(_wanted(scope, branch, entry)))


def _entries(access: Access, scope: Scope, branch: Branch, extra: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Every version and delete marker of a branch inside the window."""
    first, last = scope.days(branch.kind)
    marker = {"KeyMarker": f"{branch.prefix}{first:%Y/%m/%d}"} if branch.dated and first else {}
    beyond = f"{branch.prefix}{last + timedelta(days=1):%Y/%m/%d}" if branch.dated and last else None
    pages = access.client("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=scope.bucket, Prefix=branch.prefix, **marker, **extra):
        found = [(v, False) for v in page.get("Versions", ())] + [(m, True) for m in page.get("DeleteMarkers", ())]
        found.sort(key=lambda pair: (pair[0]["Key"], -pair[0]["LastModified"].timestamp()))
        for entry, is_marker in found:
            if beyond and entry["Key"] >= beyond:
                continue
            if branch.dated or _in_window(scope, clock.parse_instant(entry["LastModified"])):
                yield _plain(scope.bucket, entry, is_marker)
        if beyond and found and found[-1][0]["Key"] >= beyond:
            return


def _in_window(scope: Scope, modified: datetime) -> bool:
    return (scope.since is None or modified >= scope.since) and (
        scope.until is None or modified <= scope.until + scope.late
    )


def _plain(bucket: str, entry: dict[str, Any], is_marker: bool) -> dict[str, Any]:
    return {
        "bucket": bucket,
        "key": entry["Key"],
        "version_id": entry["VersionId"],
        "delete_marker": is_marker,
        "is_latest": bool(entry["IsLatest"]),
        "last_modified": clock.utc_text(entry["LastModified"]),
        "size": int(entry.get("Size", 0)),
        "etag": str(entry.get("ETag", "")).strip('"'),
        "storage_class": entry.get("StorageClass", "STANDARD"),
        "owner": (entry.get("Owner") or {}).get("ID"),
    }


def _wanted(scope: Scope, branch: Branch, entry: dict[str, Any]) -> Wanted:
    return Wanted(
        bucket=scope.bucket,
        key=entry["key"],
        size=entry["size"],
        etag=entry["etag"],
        last_modified=entry["last_modified"],
        storage_class=entry["storage_class"],
        kind=branch.kind,
        version_id=entry["version_id"],
    )
