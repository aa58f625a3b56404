"""From branches to objects: listing them, many branches at once, into files on disk, so that memory does not grow with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ctforensics import clock
from ctforensics.acquire.discover import discover
from ctforensics.acquire.ledger import Ledger
from ctforensics.acquire.scope import Branch, Branches, Scope, kind_of_folder
from ctforensics.aws import refusals
from ctforensics.aws.clients import Access
from ctforensics.trail import object_keys

DIGESTS, WINDOW, MARGINS, BULK = (0,), (1,), (2,), (3,)  # ranks of what is lost first: see Scope.rank
ARCHIVE_CLASSES = ("GLACIER", "DEEP_ARCHIVE")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object to copy, as the listing describes it. ``restored``: an archived object of which a readable copy exists."""

    bucket: str
    key: str
    size: int
    etag: str
    last_modified: str
    storage_class: str
    kind: str
    restored: bool = False
    version_id: str | None = None

    @property
    def archived(self) -> bool:
        return self.storage_class in ARCHIVE_CLASSES and not self.restored


_decode = msgspec.json.Decoder(Wanted).decode


def as_line(wanted: Wanted) -> bytes:
    """A line of a plan's file."""
    return msgspec.json.encode(wanted) + b"\n"


@dataclass(slots=True)
class Plan:
    """Everything that will be asked for. ``refused`` names branches that could not be listed, with the reason."""

    scope: Scope
    folder: Path
    branches: Branches
    ledger: Ledger = field(default_factory=Ledger)
    classes: Counter[str] = field(default_factory=Counter)
    class_bytes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    list_calls: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None

    def objects(self, ranks: Iterable[int] = (*DIGESTS, *WINDOW, *MARGINS, *BULK)) -> Iterator[Wanted]:
        """Planned objects: what is lost first comes first; within a branch of digests the newest first."""
        for rank in ranks:
            for file in sorted(self.folder.glob(f"{rank}-*.jsonl")):
                yield from _read(file, newest_first=rank == 0)

    def count(self, wanted: Wanted) -> None:
        """Counts a planned object in."""
        self.ledger.plan(wanted.size)
        self.classes[wanted.storage_class] += 1
        self.class_bytes[wanted.storage_class] += wanted.size
        self.kinds[wanted.kind] += 1
        claimed = object_keys.parse(wanted.key)
        if claimed:
            self.oldest = min(self.oldest or claimed.stamp, claimed.stamp)
            self.newest = max(self.newest or claimed.stamp, claimed.stamp)


def branches_of(access: Access, scope: Scope, *, requester_pays: bool = False) -> Branches:
    """Discovery alone, without listing objects."""
    return discover(scope, _Lister(access, scope, requester_pays).children)


def make(access: Access, scope: Scope, folder: Path, *, requester_pays: bool = False) -> Plan:
    """Discovers and lists. Raises ForensicsError where the bucket itself cannot be listed."""
    lister = _Lister(access, scope, requester_pays)
    branches = discover(scope, lister.children)
    plan = Plan(scope, folder, branches)
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(min(16, access.jobs)) as pool:
        jobs = [pool.submit(lister.spool, number, branch, folder) for number, branch in enumerate(branches.found)]
        for branch, job in zip(branches.found, jobs, strict=True):
            if refusal := job.result():
                plan.refused.append((branch.prefix, refusal.reason))
    plan.refused += lister.refused
    plan.list_calls = lister.calls
    for wanted in plan.objects():
        plan.count(wanted)
    return plan


def count_more(plan: Plan, pattern: str) -> int:
    """Counts in what was added to the plan's folder afterwards; returns how many."""
    added = 0
    for file in sorted(plan.folder.glob(pattern)):
        for wanted in _read(file, newest_first=False):
            plan.count(wanted)
            added += 1
    return added


def from_objects(scope: Scope, objects: Iterable[Wanted], folder: Path) -> Plan:
    """A plan from objects that are known already (an inventory), without listing."""
    plan = Plan(scope, folder, Branches())
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files: dict[int, BinaryIO] = {}
        for wanted in objects:
            stamp = object_keys.parse(wanted.key)
            rank = scope.rank(wanted.kind, stamp.stamp if stamp else None)
            if rank not in files:
                files[rank] = stack.enter_context(open(folder / f"{rank}-inventory.jsonl", "wb"))
            files[rank].write(as_line(wanted))
            plan.count(wanted)
    return plan


class _Lister:
    def __init__(self, access: Access, scope: Scope, requester_pays: bool) -> None:
        self.client = access.client("s3")
        self.scope = scope
        self.extra = {"RequestPayer": "requester"} if requester_pays else {}
        self.calls = 0
        self.refused: list[tuple[str, str]] = []

    def children(self, prefix: str) -> list[str]:
        """Names of the folders directly below a prefix; a refusal at the scope's own prefix stops, below it is noted."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.scope.bucket, Prefix=prefix, Delimiter="/", **self.extra
        )
        names = []
        try:
            for page in pages:
                self.calls += 1
                names += [p["Prefix"][len(prefix) :].rstrip("/") for p in page.get("CommonPrefixes", ())]
        except Exception as error:
            refusal = refusals.judge(error)
            if refusal.fatal or prefix == self.scope.prefix:
                raise refusal.as_error(f"s3://{self.scope.bucket}/{prefix}") from error
            self.refused.append((prefix, refusal.reason))
        return names

    def spool(self, number: int, branch: Branch, folder: Path) -> refusals.Refusal | None:
        """Lists one branch into files, one for each rank; a refusal is returned, what was listed before it counts."""
        files: dict[int, Any] = {}
        try:
            for wanted in self._branch(branch):
                stamp = object_keys.parse(wanted.key)
                rank = self.scope.rank(wanted.kind, stamp.stamp if stamp else None)
                if rank not in files:
                    files[rank] = open(folder / f"{rank}-{number:06}.jsonl", "wb")  # noqa: SIM115
                files[rank].write(as_line(wanted))
        except OSError:
            raise
        except Exception as error:
            refusal = refusals.judge(error)
            if refusal.fatal:
                raise refusal.as_error(f"s3://{self.scope.bucket}/{branch.prefix}") from error
            return refusal
        finally:
            for stream in files.values():
                stream.close()
        return None

    def _branch(self, branch: Branch) -> Iterator[Wanted]:
        first, last = self.scope.days(branch.kind)
        after = f"{branch.prefix}{first:%Y/%m/%d}" if branch.dated and first else ""
        beyond = f"{branch.prefix}{last + timedelta(days=1):%Y/%m/%d}" if branch.dated and last else None
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.scope.bucket,
            Prefix=branch.prefix,
            StartAfter=after,
            OptionalObjectAttributes=["RestoreStatus"],
            **self.extra,
        )
        for page in pages:
            self.calls += 1
            for entry in page.get("Contents", ()):
                if beyond and entry["Key"] >= beyond:
                    return
                if branch.dated or branch.kind == "lake" or self._in_window(entry["LastModified"]):
                    yield _wanted(self.scope.bucket, branch.kind, entry)

    def _in_window(self, modified: datetime) -> bool:
        """Where keys carry no date, the time of delivery decides."""
        instant = clock.parse_instant(modified)
        after_start = self.scope.since is None or instant >= self.scope.since - timedelta(hours=1)
        return after_start and (self.scope.until is None or instant <= self.scope.until + self.scope.late)


def _wanted(bucket: str, kind: str, entry: dict[str, Any]) -> Wanted:
    restore = entry.get("RestoreStatus") or {}
    claimed = object_keys.parse(entry["Key"]) if kind == "other" else None
    return Wanted(
        bucket=bucket,
        key=entry["Key"],
        size=int(entry["Size"]),
        etag=entry["ETag"].strip('"'),
        last_modified=clock.utc_text(entry["LastModified"]),
        storage_class=entry.get("StorageClass", "STANDARD"),
        kind=kind_of_folder(claimed.kind) if claimed else kind,
        restored="RestoreExpiryDate" in restore and not restore.get("IsRestoreInProgress", False),
    )


def _read(file: Path, *, newest_first: bool) -> Iterator[Wanted]:
    with file.open("rb") as stream:
        for line in reversed(stream.readlines()) if newest_first else stream:
            yield _decode(line)
