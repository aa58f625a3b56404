"""One writer at a time: an operating-system lock on a file whose text says who holds it.

A killed process leaves no lock behind. Writing the database and acquiring hold different files, so that a load can run while
an acquisition goes on.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ctforensics import clock
from ctforensics.errors import CaseBusy, CaseError


@contextmanager
def held(path: Path, command: str) -> Iterator[None]:
    """Holds the lock file ``path`` in a case. Raises CaseBusy, naming the holder, where another process has it."""
    try:
        stream = open(path, "a+b")  # noqa: SIM115 - closed below, after the lock is released
    except OSError as error:
        raise CaseError(
            f"The case cannot be written: {error.strerror}.",
            where=str(path.parent),
            hint="Make the folder writable.",
        ) from error
    try:
        if not _try_lock(stream):
            raise CaseBusy(
                f"Another process writes to this case: {_holder(stream)}.",
                where=str(path.parent),
                hint="Wait until it has finished, or stop it; what was stopped goes on where it was.",
            )
        _sign(stream, command)
        try:
            yield
        finally:
            stream.truncate(0)
            _unlock(stream)
    finally:
        stream.close()


def _sign(stream: BinaryIO, command: str) -> None:
    who = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": command,
        "since": clock.utc_text(clock.now()),
    }
    stream.truncate(0)
    stream.write(json.dumps(who).encode())
    stream.flush()


def _holder(stream: BinaryIO) -> str:
    try:
        stream.seek(0)
        who = json.loads(stream.read() or b"{}")
        return f"process {who['pid']} on {who['host']}, `{who['command']}`, since {who['since']}"
    except (ValueError, KeyError, OSError):
        return "which one is not known"


if sys.platform == "win32":  # pragma: no cover - exercised on Windows only
    import msvcrt

    def _try_lock(stream: BinaryIO) -> bool:
        try:
            stream.seek(1 << 20)  # a byte far behind the text, so that others can read who holds it
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream: BinaryIO) -> None:
        stream.seek(1 << 20)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(stream: BinaryIO) -> bool:
        try:
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(stream: BinaryIO) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
