"""Many small objects as plain tars, one for each account and day: a case of millions of files is slow to copy and to hash.

A tar grows outside of the evidence with an index beside it: an object's bytes are synced before its line in the index. Only a
finished tar is registered, object by object and as a whole, and takes its place. What a killed run left is cut back to its
index and finished by the next one. Every member has its own line in the register, with the metadata that verification wants.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from ctforensics import clock
from ctforensics.acquire.fetch import Copied
from ctforensics.acquire.names import safe_name
from ctforensics.acquire.placing import ROOT, place_file
from ctforensics.case import register
from ctforensics.case.folder import CaseFolder
from ctforensics.case.register import EvidenceLine
from ctforensics.trail import object_keys

FOLDER = "_tars"
INSIDE = "!/"
MOST = 16 << 20  # bytes of one tar: a load opens a container as a whole, inflated ten or twenty times as large
OPEN = 32  # tars whose files are kept open: a listing goes through the days of one branch after another
BLOCK = tarfile.BLOCKSIZE
BATCH = 500


@dataclass(slots=True)
class _Growing:
    """A tar that is not finished: where it will stand, and how far it and its index are synced."""

    file: Path
    place: str
    size: int = 0
    indexed: int = 0

    @property
    def head(self) -> bytes:
        """The first line of the index."""
        return json.dumps({"place": self.place}).encode() + b"\n"

    @property
    def index(self) -> Path:
        return self.file.with_suffix(".jsonl")


class Tars:
    """Takes objects in batches; ``seal`` at the end. For one thread, while the acquisition lock is held."""

    def __init__(self, folder: CaseFolder) -> None:
        self.folder = folder
        self.partial = partial_folder(folder)
        self.partial.mkdir(parents=True, exist_ok=True)
        self.sealed = 0
        self._growing: dict[str, _Growing] = {}
        self._open: OrderedDict[str, tuple[BinaryIO, BinaryIO]] = OrderedDict()
        self._count = 0

    def add(self, batch: Iterable[Copied]) -> list[EvidenceLine]:
        """Appends objects, synced when this returns; their lines, with the places that they will have.

        Raises OSError where the disk is full; then nothing of the batch is in any tar.
        """
        added: dict[str, list[dict[str, Any]]] = {}
        before = {group: (growing.size, growing.indexed) for group, growing in self._growing.items()}
        try:
            lines = [self._append(copied, added) for copied in batch]
            for group, entries in added.items():
                self._sync(group, entries)
        except OSError:
            self._take_back(added, before)
            raise
        for group in [g for g in added if self._growing[g].size >= MOST]:
            self._seal(group)
        return lines

    def seal(self) -> None:
        """Finishes every tar: from now on they are evidence."""
        for group in list(self._growing):
            self._seal(group)

    def _append(self, copied: Copied, added: dict[str, list[dict[str, Any]]]) -> EvidenceLine:
        group = group_of(copied.line)
        growing = self._growing.get(group) or self._begin(group)
        line = replace(copied.line, path=f"{growing.place}{INSIDE}{copied.line.path}")
        stream, _ = self._files(group)
        head, pad = _header(copied.line), b"\0" * (-copied.line.size % BLOCK)
        if copied.body is not None:
            _write(stream, head + copied.body + pad)
        elif copied.temporary is not None:
            _write(stream, head)
            with open(copied.temporary, "rb") as source:
                shutil.copyfileobj(source, stream, 1 << 20)
            _write(stream, pad)
        added.setdefault(group, []).append({"end": stream.tell(), "line": line.as_json()})
        return line

    def _sync(self, group: str, entries: list[dict[str, Any]]) -> None:
        """First the tar, then its index: what the index names is whole."""
        growing, (stream, index) = self._growing[group], self._files(group)
        os.fsync(stream.fileno())
        _write(index, b"".join(json.dumps(entry).encode() + b"\n" for entry in entries))
        os.fsync(index.fileno())
        growing.size, growing.indexed = stream.tell(), index.tell()

    def _take_back(self, groups: Iterable[str], before: Mapping[str, tuple[int, int]]) -> None:
        """Cuts every tar that the batch reached, open or not, and its index back to what they were."""
        for group in {*groups, *self._open}:
            self._close(group)
            growing = self._growing[group]
            growing.size, growing.indexed = before.get(group, (0, len(growing.head)))
            os.truncate(growing.file, growing.size)
            os.truncate(growing.index, growing.indexed)

    def _begin(self, group: str) -> _Growing:
        taken = {growing.place for growing in self._growing.values()}
        number, place = 1, f"{FOLDER}/{group}.tar"
        while place in taken or (self.folder.evidence / place).exists():
            number += 1
            place = f"{FOLDER}/{group}-{number}.tar"
        self._count += 1
        growing = _Growing(self.partial / f"{self._count:06}.tar", place)
        growing.file.unlink(missing_ok=True)
        growing.index.write_bytes(growing.head)
        growing.indexed = len(growing.head)
        self._growing[group] = growing
        return growing

    def _files(self, group: str) -> tuple[BinaryIO, BinaryIO]:
        """The open tar and index of a group, both at their ends; the one that rested longest is closed for it."""
        if group in self._open:
            self._open.move_to_end(group)
            return self._open[group]
        growing = self._growing[group]
        # Closed by _close: a with block would end before the next batch.
        stream, index = open(growing.file, "ab", buffering=0), open(growing.index, "ab", buffering=0)  # noqa: SIM115
        self._open[group] = (stream, index)
        if len(self._open) > OPEN:
            self._close(next(iter(self._open)))
        return stream, index

    def _close(self, group: str) -> None:
        for stream in self._open.pop(group, ()):
            stream.close()

    def _seal(self, group: str) -> None:
        self._close(group)
        growing = self._growing.pop(group)
        self.sealed += finish(self.folder, growing.file) > 0


def partial_folder(folder: CaseFolder) -> Path:
    """Where tars grow: inside the case and outside of the evidence."""
    return folder.path / "acquisition" / "tars"


def group_of(line: EvidenceLine) -> str:
    """Bucket, account and day of an object: what its key says, else ``other`` and the day of its delivery."""
    claimed = object_keys.parse(line.key or "")
    account = claimed.account if claimed else "other"
    day = f"{claimed.stamp:%Y-%m-%d}" if claimed else (line.last_modified or "undated")[:10]
    return "/".join(safe_name(part) for part in (line.bucket or "", account, day))


def recover(folder: CaseFolder) -> int:
    """Finishes the tars that a killed acquisition left; returns how many objects came in by it."""
    partial = partial_folder(folder)
    return sum(finish(folder, file) for file in sorted(partial.glob("*.tar"))) if partial.is_dir() else 0


def finish(folder: CaseFolder, file: Path) -> int:
    """Cuts a tar back to its index, ends it, registers its members and itself, and puts it into its place.

    Returns how many members it has. Killed in the middle, it can be done again: a line that stands twice in the register is one.
    """
    index = file.with_suffix(".jsonl")
    header, end, count = _read_index(index)
    if header is None or not count:
        file.unlink(missing_ok=True)
        index.unlink(missing_ok=True)
        return 0
    with file.open("r+b") as stream:
        stream.truncate(end)
        stream.seek(end)
        stream.write(b"\0" * (2 * BLOCK))
        stream.flush()
        os.fsync(stream.fileno())
        stream.seek(0)
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    place = str(header["place"])
    lines = (EvidenceLine.from_json(entry["line"]) for entry in _entries(index))
    while batch := list(islice(lines, BATCH)):
        register.append(folder, batch)
    now = clock.utc_text(clock.now().replace(microsecond=0))
    register.append(folder, [EvidenceLine(ROOT, place, end + 2 * BLOCK, sha256, sha256, acquired_at=now)])
    place_file(file, folder.evidence, place)
    index.unlink()
    return count


def _read_index(index: Path) -> tuple[dict[str, Any] | None, int, int]:
    """The index's first line, where its last member ends, and how many there are."""
    header, end, count = None, 0, 0
    for entry in _lines(index):
        if header is None:
            header = entry
        else:
            end, count = int(entry["end"]), count + 1
    return header, end, count


def _entries(index: Path) -> Iterator[dict[str, Any]]:
    return islice(_lines(index), 1, None)


def _lines(index: Path) -> Iterator[dict[str, Any]]:
    """Whole lines; one that was torn by a kill was never said to be in the tar."""
    if not index.exists():
        return
    with index.open("rb") as stream:
        for raw in stream:
            if not raw.endswith(b"\n"):
                return
            yield json.loads(raw)


def _header(line: EvidenceLine) -> bytes:
    """A member's header, plain ustar where its name fits: read by every tar there is."""
    info = tarfile.TarInfo(line.path)
    info.size, info.mode = line.size, 0o444
    if line.last_modified:
        info.mtime = max(0, int((clock.parse_instant(line.last_modified) - clock.EPOCH).total_seconds()))
    if line.path.isascii():
        try:
            return info.tobuf(tarfile.USTAR_FORMAT, "utf-8")
        except ValueError:
            pass  # too long for ustar's two fields, or too large: the header that POSIX made for such
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8")


def _write(stream: BinaryIO, data: bytes) -> None:
    """All of it: a raw file may take less at once."""
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]
