"""Append-only JSON lines: locked, synced, repaired after a torn write, and hash-chained where it matters.

A chained line carries ``previous`` and ``hash``: SHA-256 over the previous hash, a line feed, and the line's canonical JSON
without ``hash``. Whoever holds the newest hash can tell that no earlier line was changed, taken out or put in.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ctforensics import hashing
from ctforensics.errors import CaseError


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What checking a chained journal found: the lines, the newest hash, and what is wrong (line number, sentence)."""

    lines: int
    head: str
    faults: tuple[tuple[int, str], ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def payload(line: dict[str, Any]) -> bytes:
    """The bytes of a line that its hash covers: sorted members, no blanks, without ``hash`` itself."""
    kept = {name: value for name, value in line.items() if name != "hash"}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def append(path: Path, lines: Iterable[dict[str, Any]], *, chained: bool) -> str:
    """Adds lines under a lock and syncs them; returns the newest hash (64 zeros for an unchained or empty journal).

    A last line without its line feed was torn by a crash: it is moved to ``<name>.torn`` and the journal goes on after the
    last whole line. Raises CaseError where the file cannot be written.
    """
    with _opened(path) as stream:
        head = _repair(path, stream, chained)
        out = bytearray()
        for line in lines:
            if chained:
                line = {**line, "previous": head}
                head = hashing.chain(head, payload(line))
                line["hash"] = head
            out += json.dumps(line, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
        _write(stream, out)
        return head


def append_text(path: Path, text: bytes) -> None:
    """The same for whole lines of JSON that stand already, to a journal that is not chained."""
    with _opened(path) as stream:
        _repair(path, stream, False)
        _write(stream, text)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A journal to be added to, under its lock. Raises CaseError where the file cannot be written."""
    try:
        with open(path, "a+b") as stream, _locked(stream):
            yield stream
    except OSError as error:
        raise CaseError(f"Cannot write {path.name}: {error.strerror}.", where=str(path.parent)) from error


def _write(stream: BinaryIO, text: bytes | bytearray) -> None:
    stream.seek(0, os.SEEK_END)
    stream.write(text)
    stream.flush()
    os.fsync(stream.fileno())


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal, oldest first; a torn last line is left out. Nothing where there is no file."""
    if not path.exists():
        return
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            if not raw.endswith(b"\n"):
                return
            try:
                line = json.loads(raw)
            except ValueError as error:
                raise CaseError(f"Line {number} is not JSON: {error}.", where=str(path)) from error
            if not isinstance(line, dict):
                raise CaseError(f"Line {number} is not a JSON object.", where=str(path))
            yield line


def verify(path: Path) -> ChainReport:
    """Checks the chain of a journal line by line. An absent journal is a chain of no lines."""
    head, faults, count = hashing.ZERO, [], 0
    if not path.exists():
        return ChainReport(0, head)
    with path.open("rb") as stream:
        for count, raw in enumerate(stream, 1):
            try:
                line = json.loads(raw)
                claimed, previous = line["hash"], line["previous"]
            except (ValueError, KeyError, TypeError):
                faults.append((count, "is torn or not a chained line"))
                continue
            if previous != head:
                faults.append((count, "does not follow the line before it: a line was changed, removed or inserted"))
            if hashing.chain(previous, payload(line)) != claimed:
                faults.append((count, "was changed after it was written"))
            head = claimed
    return ChainReport(count, head, tuple(faults))


def _repair(path: Path, stream: BinaryIO, chained: bool) -> str:
    """Cuts a torn last line off into ``<name>.torn`` and returns the newest hash."""
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        return hashing.ZERO
    last = _last_line(stream, size)
    if not last.endswith(b"\n"):
        with open(path.with_name(path.name + ".torn"), "ab") as torn:
            torn.write(last + b"\n")
        stream.truncate(size - len(last))
        size -= len(last)
        last = _last_line(stream, size) if size else b""
    if not chained or not last:
        return hashing.ZERO
    try:
        return str(json.loads(last)["hash"])
    except (ValueError, KeyError) as error:
        raise CaseError("The last line of the journal is not a chained line.", where=str(path)) from error


def _last_line(stream: BinaryIO, size: int) -> bytes:
    step, tail = 1 << 16, b""
    at = size
    while at > 0:
        at = max(0, at - step)
        stream.seek(at)
        tail = stream.read(min(step, size - at)) + tail
        cut = tail.rfind(b"\n", 0, len(tail) - 1)
        if cut >= 0:
            return tail[cut + 1 :]
    return tail


@contextmanager
def _locked(stream: BinaryIO) -> Iterator[None]:
    """An exclusive advisory lock on an open file, on POSIX and on Windows."""
    if sys.platform == "win32":  # pragma: no cover - exercised on Windows only
        import msvcrt

        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
