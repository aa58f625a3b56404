"""Acquiring from S3: plan, copy many at once, register before anything takes its place, balance the ledger.

An object is first a temporary file, then a line in the register, and only then a file in the evidence folder: whatever lies
there under its own name has a line. A killed acquisition is gone on with by running it again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from ctforensics.acquire.fetch import Copied, Fetcher, make_read_only
from ctforensics.acquire.index import Index
from ctforensics.acquire.ledger import Ledger
from ctforensics.acquire.names import VERSIONS, Places
from ctforensics.acquire.plan import Wanted
from ctforensics.aws.refusals import Refusal
from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.register import EvidenceLine

ROOT = "evidence"
BATCH = 256
BATCH_SECONDS = 1.0
Told = Callable[[int, int | None], None]


@dataclass(slots=True)
class Remainder:
    """One object that was planned and is not here: what to ask for later."""

    wanted: Wanted
    outcome: str
    reason: str


class Known:
    """What earlier acquisitions registered: the same object at the same place is present."""

    def __init__(self, folder: CaseFolder) -> None:
        self.folder = folder
        self.places = Places()
        self._seen = Index()
        for line in register.read(folder):
            if line.root == ROOT and line.bucket is not None and line.key is not None:
                self.note(line)

    def note(self, line: EvidenceLine) -> None:
        """Remembers a registered object."""
        version = line.path.rsplit("/", 1)[-1].split("~")[0] if line.path.startswith(f"{VERSIONS}/") else None
        self.places.keep(line.path, line.bucket or "", line.key or "", version)
        self.placed(line)

    def placed(self, line: EvidenceLine) -> None:
        """Remembers an object of this run: its place is known already."""
        self._seen[hash(line.path)] = hash((line.etag, line.size, line.last_modified))

    def place(self, wanted: Wanted) -> tuple[str, bool]:
        """Where an object goes, and whether it lies there already.

        What changed in the bucket since, or lies there without a line in the register, is never overwritten: the object gets
        a place of its own.
        """
        path = self.places.place(wanted.bucket, wanted.key, wanted.version_id)
        if self._equal(path, wanted):
            return path, True
        if os.path.lexists(self.folder.evidence / path):
            path = self.places.place(wanted.bucket, wanted.key, f"changed-{wanted.etag[:16]}")
            return path, self._equal(path, wanted)
        return path, False

    def _equal(self, path: str, wanted: Wanted) -> bool:
        if self._seen.get(hash(path)) != hash((wanted.etag, wanted.size, wanted.last_modified)):
            return False
        try:
            return (self.folder.evidence / path).stat().st_size == wanted.size
        except OSError:
            return False


@dataclass
class Copier:
    """Runs a plan. ``stop`` is the refusal that ended it early: what was not tried is refused for that reason.

    ``rate`` bounds the objects asked for in a second; ``try_archived``: this case asked for restores, so archived objects may be readable by now.
    """

    folder: CaseFolder
    fetcher: Fetcher
    known: Known
    ledger: Ledger
    jobs: int = 16
    until: float | None = None
    told: Told = lambda done, total: None
    remainder: Callable[[Remainder], None] = lambda remainder: None
    try_archived: bool = False
    rate: float | None = None
    stop: Refusal | None = None
    _batch: list[tuple[Wanted, Copied]] = field(default_factory=list)
    _tried: set[int] = field(default_factory=set)
    _next: float = 0.0
    _written: float = field(default_factory=time.monotonic)

    def run(self, objects: Iterator[Wanted]) -> None:
        """Copies what is not here. Afterwards each of these objects has an outcome."""
        running: dict[Future[Copied | Refusal], Wanted] = {}
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                for number, wanted in enumerate(objects):
                    path = self._decide(wanted)
                    if path is not None:
                        self._pace()
                        running[pool.submit(self.fetcher, number, wanted, path)] = wanted
                    if len(running) >= self.jobs * 4:
                        self._collect(running, FIRST_COMPLETED)
                while running:
                    self._collect(running, FIRST_COMPLETED)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
            finally:
                self._commit()

    def settled(self, wanted: Wanted) -> bool:
        """Whether exactly this object lies in the case, or was tried in this run and could not be had."""
        return hash((wanted.key, wanted.etag)) in self._tried or self.known.place(wanted)[1]

    def _pace(self) -> None:
        """Waits so that no more than ``rate`` objects a second are asked for."""
        if self.rate:
            self._next = max(self._next + 1 / self.rate, time.monotonic())
            time.sleep(max(0.0, self._next - time.monotonic()))

    def _decide(self, wanted: Wanted) -> str | None:
        """The place for an object that must be fetched now; everything else is settled here."""
        if wanted.archived and not self.try_archived:
            self._left(wanted, "archived", f"in an archive class: {wanted.storage_class}")
            return None
        path, present = self.known.place(wanted)
        if present:
            self.ledger.settle("present", wanted.size)
            return None
        if self.until is not None and _now() > self.until and self.stop is None:
            self.stop = Refusal("refused", "the time budget ended", "Run the same command again to go on.")
        if self.stop:
            self._left(wanted, "refused", self.stop.reason)
            return None
        return path

    def _collect(self, running: dict[Future[Copied | Refusal], Wanted], when: str) -> None:
        done, _ = wait(running, timeout=BATCH_SECONDS, return_when=when)
        for future in done:
            wanted, result = running.pop(future), future.result()
            if isinstance(result, Copied):
                self._batch.append((wanted, result))
                continue
            if result.fatal and self.stop is None:
                self.stop = result
            archived = f"in an archive class: {wanted.storage_class}"
            self._left(wanted, result.outcome, archived if result.outcome == "archived" else result.reason)
        if len(self._batch) >= BATCH or time.monotonic() - self._written > BATCH_SECONDS:
            self._commit()

    def _commit(self) -> None:
        """Registers a batch, synced, and only then lets its files take their places."""
        batch, self._batch, self._written = self._batch, [], time.monotonic()
        if batch:
            register.append(self.folder, [copied.line for _, copied in batch])
        for wanted, copied in batch:
            place_file(copied.temporary, self.folder.evidence, copied.line.path)
            self.known.placed(copied.line)
            self.ledger.settle("acquired", wanted.size)
        self.told(self.ledger.settled, self.ledger.planned)

    def _left(self, wanted: Wanted, outcome: str, reason: str) -> None:
        self.ledger.settle(outcome, wanted.size, reason)
        self._tried.add(hash((wanted.key, wanted.etag)))
        self.remainder(Remainder(wanted, outcome, reason))


def _now() -> float:
    return time.monotonic()


def place_file(temporary: Path, evidence: Path, path: str) -> None:
    """Moves a finished file to its place below the evidence folder, read-only."""
    target = evidence / path
    make_read_only(temporary)
    try:
        os.replace(temporary, target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(temporary, target)


def fresh_partial(folder: CaseFolder) -> Path:
    """An empty folder for temporary files, inside the case and outside the evidence."""
    partial = folder.path / "acquisition" / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial
