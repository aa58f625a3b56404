"""Acquiring from S3: plan, copy many at once, register before anything takes its place, balance the ledger.

An object is first a temporary file, then a line in the register, and only then a file in the evidence folder: whatever lies
there under its own name has a line. A killed acquisition is gone on with by running it again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from ctforensics.acquire.fetch import DISK_FULL, FULL, Copied, Fetcher
from ctforensics.acquire.index import Index
from ctforensics.acquire.ledger import Ledger
from ctforensics.acquire.names import VERSIONS, Places
from ctforensics.acquire.placing import ROOT, place_read_only
from ctforensics.acquire.plan import Wanted
from ctforensics.acquire.tars import FOLDER, INSIDE, Tars
from ctforensics.aws.refusals import Refusal
from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.outstanding import Outstanding
from ctforensics.case.register import EvidenceLine

BATCH = 256
PORTION, PORTION_BYTES = 16, 1 << 18  # objects and bytes that one thread fetches in one go
BATCH_SECONDS = 1.0
MOST_FAILING = 64  # objects in a row that could not be had for trouble on the way: the network or the service is down
BUDGET_ENDED = Refusal("refused", "the time budget ended", "Run the same command again to go on.")
Told = Callable[[int, int | None], None]
Task = tuple[int, Wanted, str]


class Known:
    """What earlier acquisitions registered: the same object at the same place, or in a tar that is whole, is present."""

    def __init__(self, folder: CaseFolder) -> None:
        self.folder = folder
        self.places = Places()
        self._seen = Index()
        self._packed = Index()
        self._made = Index()
        self._folder = ("", True)
        self._evidence = folder.evidence
        self._tars: dict[str, int] = {}
        self._whole: set[int] = set()
        for line in register.read(folder):
            if line.root != ROOT:
                continue
            if line.bucket is not None and line.key is not None:
                self._note(line)
            elif line.path.startswith(f"{FOLDER}/") and self._has(line.path, line.size):
                self._whole.add(self._number(line.path))

    def _note(self, line: EvidenceLine) -> None:
        """Remembers a registered object."""
        inner = line.path.partition(INSIDE)[2] or line.path
        self.places.keep(inner, line.bucket or "", line.key or "", _version(inner))
        self.placed(line)

    def placed(self, line: EvidenceLine) -> None:
        """Remembers an object of this run: its place is known already."""
        tar, _, inner = line.path.partition(INSIDE)
        if inner:
            self._packed[_identity(line, line.key, _version(inner))] = self._number(tar)
            self._packed[hash(inner)] = 0
        else:
            self._seen[hash(line.path)] = hash((line.etag, line.size, line.last_modified))

    def packed(self, line: EvidenceLine) -> None:
        """Remembers an object that went into a tar of this run."""
        self.placed(line)
        self._whole.add(self._number(line.path.partition(INSIDE)[0]))

    def place(self, wanted: Wanted) -> tuple[str, bool]:
        """Where an object goes, and whether it lies there already, by itself or in a tar.

        What changed in the bucket since, or lies there without a line in the register, is never overwritten: the object gets
        a place of its own.
        """
        path = self.places.place(wanted.bucket, wanted.key, wanted.version_id)
        if self._equal(path, wanted, wanted.version_id):
            return path, True
        if hash(path) in self._seen or hash(path) in self._packed or self._is_foreign(path):
            changed = f"changed-{wanted.etag[:16]}"
            path = self.places.place(wanted.bucket, wanted.key, changed)
            return path, self._equal(path, wanted, _version(path))
        return path, False

    def _equal(self, path: str, wanted: Wanted, version: str | None) -> bool:
        if self._tars and self._packed.get(_identity(wanted, wanted.key, version)) in self._whole:
            return True
        if self._seen.get(hash(path)) != hash((wanted.etag, wanted.size, wanted.last_modified)):
            return False
        return self._has(path, wanted.size)

    def _has(self, path: str, size: int) -> bool:
        try:
            return (self._evidence / path).stat().st_size == size
        except OSError:
            return False

    def _is_foreign(self, path: str) -> bool:
        """Whether something lies at a place of which the register knows nothing. A folder that was not there has nothing foreign."""
        folder = path.rpartition("/")[0]
        if folder != self._folder[0]:
            self._folder = (folder, hash(folder) not in self._made and os.path.lexists(self._evidence / folder))
            if not self._folder[1]:
                self._made[hash(folder)] = 1
        return self._folder[1] and os.path.lexists(self._evidence / path)

    def _number(self, tar: str) -> int:
        return self._tars.setdefault(tar, len(self._tars) + 1)


def _version(path: str) -> str | None:
    """The version id that a place of an older version begins with."""
    return path.rsplit("/", 1)[-1].split("~")[0] if path.startswith(f"{VERSIONS}/") else None


def _identity(told: EvidenceLine | Wanted, key: str | None, version: str | None) -> int:
    return hash((told.bucket, key, version, told.etag, told.size, told.last_modified))


@dataclass
class Copier:
    """Runs a plan. ``stop`` is the refusal that ended it early: what was not tried is refused for that reason.

    ``rate`` bounds the objects asked for in a second; ``tars`` takes them in place of files; ``try_archived``: this case asked for restores, so archived objects may be readable by now.
    """

    folder: CaseFolder
    fetcher: Fetcher
    known: Known
    ledger: Ledger
    jobs: int = 16
    until: float | None = None
    told: Told = lambda done, total: None
    remainder: Callable[[Outstanding], None] = lambda one: None
    try_archived: bool = False
    rate: float | None = None
    tars: Tars | None = None
    stop: Refusal | None = None
    _batch: list[tuple[Wanted, Copied]] = field(default_factory=list)
    _tried: set[int] = field(default_factory=set)
    _next: float = 0.0
    _failing: int = 0
    _written: float = field(default_factory=time.monotonic)

    def run(self, objects: Iterator[Wanted]) -> None:
        """Copies what is not here. Afterwards each of these objects has an outcome."""
        running: dict[Future[list[Copied | Refusal]], list[Wanted]] = {}
        most = 1 if self.rate else max(1, min(PORTION, self.ledger.planned // (self.jobs * PORTION)))
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                for portion in self._portions(objects, most):
                    running[pool.submit(self._fetch, portion)] = [wanted for _, wanted, _ in portion]
                    if len(running) >= self.jobs * 4:
                        self._collect(running, FIRST_COMPLETED)
                while running:
                    self._collect(running, FIRST_COMPLETED)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
            finally:
                self._commit()

    def _portions(self, objects: Iterator[Wanted], most: int) -> Iterator[list[Task]]:
        """What must be fetched, a few small objects at a time: handing each over by itself costs more than fetching it."""
        portion: list[Task] = []
        size = 0
        for number, wanted in enumerate(objects):
            path = self._decide(wanted)
            if path is not None:
                self._pace()
                portion.append((number, wanted, path))
                size += wanted.size
            if len(portion) >= most or size > PORTION_BYTES:
                yield portion
                portion, size = [], 0
        if portion:
            yield portion

    def _fetch(self, portion: list[Task]) -> list[Copied | Refusal]:
        return [self.fetcher(*task) for task in portion]

    def sweep(self, objects: Iterator[Wanted], until: float | None) -> None:
        """One more round of new objects, in the time that was kept back for it; an end for any other reason stands."""
        ended = self.stop
        if ended is None or ended is BUDGET_ENDED:
            self.stop, self.until = None, until
            self.run(objects)
            self.stop = self.stop or ended

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
            self.stop = BUDGET_ENDED
        if self.stop:
            self._left(wanted, "refused", self.stop.reason)
            return None
        return path

    def _collect(self, running: dict[Future[list[Copied | Refusal]], list[Wanted]], when: str) -> None:
        done, _ = wait(running, timeout=BATCH_SECONDS, return_when=when)
        ended = [pair for future in done for pair in zip(running.pop(future), future.result(), strict=True)]
        for wanted, result in ended:
            if isinstance(result, Copied):
                self._batch.append((wanted, result))
                self._failing = 0
                continue
            self._failing += result.retry
            if self._failing >= MOST_FAILING and self.stop is None:
                self.stop = replace(result, fatal=True)
            if result.fatal and self.stop is None:
                self.stop = result
            archived = f"in an archive class: {wanted.storage_class}"
            self._left(wanted, result.outcome, archived if result.outcome == "archived" else result.reason)
        if len(self._batch) >= BATCH or time.monotonic() - self._written > BATCH_SECONDS:
            self._commit()

    def _commit(self) -> None:
        """Registers a batch, synced, and only then lets its files take their places."""
        batch, self._batch, self._written = self._batch, [], time.monotonic()
        if batch and self.tars is not None:
            self._pack(self.tars, batch)
        elif batch:
            register.append(self.folder, [copied.line for _, copied in batch])
            evidence = self.folder.evidence
            for wanted, copied in batch:
                if copied.temporary is not None:
                    place_read_only(copied.temporary, f"{evidence}/{copied.line.path}")
                self.known.placed(copied.line)
                self.ledger.settle("acquired", wanted.size)
        self.told(self.ledger.settled, self.ledger.planned)

    def _pack(self, tars: Tars, batch: list[tuple[Wanted, Copied]]) -> None:
        """Puts a batch into tars; where the disk is full it is refused as a whole, and the run ends."""
        try:
            lines = tars.add(copied for _, copied in batch)
        except OSError as error:
            if error.errno not in FULL:
                raise
            self.stop = self.stop or DISK_FULL
            for wanted, _ in batch:
                self._left(wanted, "refused", DISK_FULL.reason)
        else:
            for (wanted, _), line in zip(batch, lines, strict=True):
                self.known.packed(line)
                self.ledger.settle("acquired", wanted.size)
        for _, copied in batch:
            if copied.temporary is not None:
                Path(copied.temporary).unlink(missing_ok=True)

    def _left(self, wanted: Wanted, outcome: str, reason: str) -> None:
        self.ledger.settle(outcome, wanted.size, reason)
        self._tried.add(hash((wanted.key, wanted.etag)))
        here = (wanted.bucket, wanted.key, wanted.version_id, wanted.size, wanted.storage_class)
        self.remainder(Outstanding(*here, outcome, reason))


def _now() -> float:
    return time.monotonic()
