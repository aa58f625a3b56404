"""Taking in what somebody else sent: a folder, a zip or a tar, hashed as received, with from whom, how and when.

A folder is copied file by file, a container as the one file it is: it stays closed. ``in_place`` registers hashes and leaves
the evidence where it is. Links, pipes and devices are refused and counted.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ctforensics import clock
from ctforensics.acquire import examiner
from ctforensics.acquire.bucket import Told
from ctforensics.acquire.fetch import streamed_content_sha256
from ctforensics.acquire.ledger import Ledger
from ctforensics.acquire.names import Places
from ctforensics.acquire.placing import fresh_partial, place_file
from ctforensics.case import journal, register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.case.register import EvidenceLine
from ctforensics.errors import CaseError, EvidenceError, ParameterError
from ctforensics.evidence import roots

CONTAINERS = {".zip": "zip", ".tar": "tar", ".tgz": "tar", ".gz": "tar"}
RECEIVED = "received"
BATCH = 200
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Provenance:
    """From whom evidence was received, how it came, and when (what the examiner says)."""

    received_from: str = ""
    received_how: str = ""
    received_at: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What was taken in: the root's label, the ledger, the container's hash (or one hash over a folder's), custody's head."""

    label: str
    ledger: Ledger
    sha256: str
    head: str


def acquire_path(
    folder: CaseFolder,
    source: Path,
    provenance: Provenance,
    *,
    in_place: bool = False,
    label: str | None = None,
    told: Told = lambda done, total: None,
) -> Received:
    """Takes a folder or a container file into the case. The caller holds the acquisition lock."""
    check_source(folder.path, source)
    if not in_place:
        _check_room(folder, source)
    taker = _Taker(folder, source, _free_label(folder, source, label), in_place, told)
    facts = {"source": str(source.resolve()), "in_place": in_place, "root": taker.label}
    examiner.record(folder, "begun", **facts)
    try:
        taker.run()
    except BaseException as error:
        examiner.record(folder, "stopped", **facts, why=type(error).__name__, ledger=taker.ledger.as_json())
        raise
    finally:
        shutil.rmtree(taker.partial, ignore_errors=True)
    whole = taker.whole()
    before = next((root for root in folder.manifest().evidence if root.label == taker.label), Root(taker.label, ""))
    now = clock.utc_text(clock.now().replace(microsecond=0))
    root = Root(
        label=taker.label,
        where=str(source.resolve())
        if in_place
        else f"{RECEIVED}/{taker.label}" + ("" if source.is_dir() else f"/{source.name}"),
        kind="folder" if source.is_dir() else CONTAINERS.get(source.suffix.lower(), "file"),
        received_from=provenance.received_from or before.received_from,
        received_how=provenance.received_how or before.received_how,
        received_at=provenance.received_at or before.received_at or now,
        sha256=whole,
    )
    examiner.ensure_root(folder, root)
    head = examiner.record(
        folder,
        "done",
        **facts,
        sha256=whole,
        received_from=root.received_from,
        received_how=root.received_how,
        received_at=root.received_at,
        ledger=taker.ledger.as_json(),
    )
    return Received(taker.label, taker.ledger, whole, head)


class _Taker:
    def __init__(self, folder: CaseFolder, source: Path, label: str, in_place: bool, told: Told) -> None:
        self.folder, self.source, self.label, self.in_place, self.told = folder, source, label, in_place, told
        self.target = folder.path / RECEIVED / label
        self.partial = fresh_partial(folder)
        self.ledger, self.places = Ledger(), Places()
        self.hashes: list[bytes] = []
        self.known: dict[str, str] = {}
        for line in register.read(folder):
            if line.root == label:
                self.known[line.path] = line.sha256

    def run(self) -> None:
        """Every file once: hashed, copied, registered, placed; then the ledger is checked."""
        batch: list[tuple[Path | None, EvidenceLine]] = []
        for located in self._files():
            self.ledger.plan(located.size)
            if located.refused or located.file is None:
                self.ledger.settle("refused", located.size, located.refused or "cannot be opened")
                continue
            batch += self._take(located.file, located.path, located.modified)
            if len(batch) >= BATCH:
                self._commit(batch)
                batch = []
        self._commit(batch)
        self.ledger.check()

    def whole(self) -> str:
        """The container's own hash; for a folder SHA-256 over the sorted hashes of its files."""
        if self.source.is_file() and self.hashes:
            return self.hashes[0].hex()
        return hashlib.sha256("\n".join(sorted(h.hex() for h in self.hashes)).encode()).hexdigest()

    def _files(self) -> Iterator[roots.Located]:
        if self.source.is_dir():
            yield from roots.walk(self.source, self.label)
            return
        status = self.source.stat()
        yield roots.Located(self.label, self.source.name, status.st_size, file=self.source)

    def _take(self, file: Path, path: str, modified: datetime | None) -> list[tuple[Path | None, EvidenceLine]]:
        place = path if self.in_place else self.places.place(self.label, path).split("/", 1)[1]
        temporary = None if self.in_place else self.partial / f"{self.ledger.planned}"
        try:
            sha256, size = _copy(file, temporary)
        except EvidenceError as error:
            self.ledger.settle("refused", 0, error.message)
            return []
        self.hashes.append(bytes.fromhex(sha256))
        if self.known.get(place) == sha256 and (self.in_place or (self.target / place).is_file()):
            self.ledger.settle("present", size)
            if temporary:
                temporary.unlink()
            return []
        if place in self.known and not self.in_place and (self.target / place).exists():
            place = f"{place}~{sha256[:16]}"
        line = EvidenceLine(
            root=self.label,
            path=place,
            size=size,
            sha256=sha256,
            content_sha256=streamed_content_sha256(temporary or file),
            last_modified=clock.utc_text(modified) if modified else None,
            key=path if path != place else None,
            acquired_at=clock.utc_text(clock.now().replace(microsecond=0)),
        )
        return [(temporary, line)]

    def _commit(self, batch: list[tuple[Path | None, EvidenceLine]]) -> None:
        if batch:
            register.append(self.folder, [line for _, line in batch])
        for temporary, line in batch:
            if temporary is not None:
                place_file(temporary, self.target, line.path)
            self.ledger.settle("present" if self.in_place else "acquired", line.size)
        self.told(self.ledger.settled, None)


def _copy(file: Path, temporary: Path | None) -> tuple[str, int]:
    """Reads a file once: its hash and size, and a copy where one is wanted. Raises EvidenceError where it cannot be read."""
    digest, size = hashlib.sha256(), 0
    out = temporary.open("wb") if temporary else None
    try:
        for chunk in _chunks(file):
            digest.update(chunk)
            size += len(chunk)
            if out:
                out.write(chunk)
    except EvidenceError:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise
    finally:
        if out:
            out.close()
    return digest.hexdigest(), size


def _chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", where=str(file)) from error


def _free_label(folder: CaseFolder, source: Path, label: str | None) -> str:
    """The label asked for or made of the name. One that stands for another source is not used again; a source that was taken
    in before keeps its label, so that an interrupted reception goes on."""
    taken = {root.label: "" for root in folder.manifest().evidence}
    for line in journal.read(folder.custody_file):
        if line.get("action") == "acquire" and line.get("root"):
            taken[str(line["root"])] = str(line.get("source", ""))
    here = str(source.resolve())
    wanted = label or _label(source)
    if label and taken.get(label, here) != here:
        raise ParameterError(f"The label {label!r} stands for other evidence.", hint="Choose another label.")
    known = [name for name, place in taken.items() if place == here and name.startswith(wanted)]
    if known or wanted not in taken:
        return known[0] if known else wanted
    return next(f"{wanted}-{n}" for n in range(2, len(taken) + 3) if f"{wanted}-{n}" not in taken)


def _label(source: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source.resolve().name).strip("-.")
    return ("received" if name in ("", "evidence") else name)[:80]


def check_source(case: Path, source: Path) -> None:
    """Raises where evidence cannot be taken from there, before anything is made."""
    if not source.exists():
        raise EvidenceError("There is nothing there.", where=str(source), hint="Check the path of the evidence.")
    whole, place = source.resolve(), case.resolve()
    if whole == place or place in whole.parents or whole in place.parents:
        raise ParameterError(
            "The case and the evidence lie inside each other.",
            where=str(source),
            hint="Keep the case in another folder.",
        )
    if source.is_file() and not (source.suffix.lower() in CONTAINERS or source.name.lower().endswith(".tar.gz")):
        raise ParameterError(
            "This is no folder, zip or tar.", where=str(source), hint="Put single files into a folder."
        )
    if not source.is_file() and not source.is_dir():
        raise EvidenceError("This is neither a file nor a folder.", where=str(source))


def _check_room(folder: CaseFolder, source: Path) -> None:
    size = source.stat().st_size if source.is_file() else sum(f.lstat().st_size for f in source.rglob("*"))
    if size > shutil.disk_usage(folder.path).free:
        raise CaseError(
            f"The evidence has {size:,} bytes and does not fit.",
            where=str(folder.path),
            hint="Use --in-place, or make room.",
        )
