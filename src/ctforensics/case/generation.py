"""Generations of ``case.duckdb``: written beside it, published by rename, never changed in place.

A writer holds ``case.lock`` (an operating-system lock, so that a killed process leaves none behind; its text says who). It works
in ``case.next.duckdb``; a load that was killed leaves that file, and the next one of the same scope goes on in it. Readers
keep the file that they opened; ``Generation.is_current`` tells them that a newer one was published.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ctforensics.case import lock
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseBusy, CaseError


@dataclass(frozen=True, slots=True)
class Generation:
    """A published database as one reader sees it."""

    path: Path
    token: tuple[int, int, int]

    def is_current(self) -> bool:
        """Whether the file that was opened is still the published one."""
        try:
            return _token(self.path) == self.token
        except OSError:
            return False


def current(folder: CaseFolder) -> Generation | None:
    """The published database, or None where nothing was loaded yet."""
    try:
        return Generation(folder.database, _token(folder.database))
    except FileNotFoundError:
        return None


def _token(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


class Writer:
    """The one process that may write: ``path`` is its database; ``publish`` makes it the case's."""

    def __init__(self, folder: CaseFolder) -> None:
        self.folder = folder
        self.path = folder.next_database

    def resume(self) -> bool:
        """Whether an unfinished ``case.next.duckdb`` of a killed writer is there."""
        return self.path.exists()

    def start_from_current(self) -> None:
        """Begins the next generation as a copy of the published one (an empty file where there is none)."""
        self.discard()
        if self.folder.database.exists():
            _copy(self.folder.database, self.path)

    def discard(self) -> None:
        """Throws the unfinished next generation away."""
        for leftover in (self.path, self.path.with_name(self.path.name + ".wal")):
            leftover.unlink(missing_ok=True)

    def publish(self) -> None:
        """Renames the finished database over the published one. Every connection to it must be closed."""
        wal = self.path.with_name(self.path.name + ".wal")
        if wal.exists():
            raise CaseError("The next database was not checkpointed.", where=str(self.path))
        with open(self.path, "r+b") as stream:
            os.fsync(stream.fileno())
        try:
            os.replace(self.path, self.folder.database)
        except PermissionError as error:  # Windows: somebody has the old file open
            raise CaseBusy(
                "The new database is ready but the old one is open in another program.",
                where=str(self.folder.database),
                hint="Close the notebook that uses this case and run the command again; nothing is lost.",
            ) from error


@contextmanager
def writer(folder: CaseFolder, command: str) -> Iterator[Writer]:
    """Holds the write lock of a case. Raises CaseBusy, naming the holder, where another process has it."""
    with lock.held(folder.lock_file, command):
        yield Writer(folder)


def _copy(source: Path, target: Path) -> None:
    """A copy that costs nothing where the file system can share blocks."""
    if sys.platform == "linux":
        import fcntl

        with open(source, "rb") as reading, open(target, "wb") as writing:
            try:
                fcntl.ioctl(writing.fileno(), 0x40049409, reading.fileno())  # FICLONE
                return
            except OSError:
                pass  # this file system cannot share blocks: copy below
    shutil.copyfile(source, target)
