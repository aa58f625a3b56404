"""The private folder in which one run works, and what became of the folders of runs that were killed."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctforensics.case import lock
from ctforensics.errors import CaseBusy, CaseError

PREFIX = "ctr-"
_HELD = ".held"


@contextmanager
def folder() -> Iterator[Path]:
    """A private temporary folder; its path is short, because sockets stand in it.

    It is locked while the run goes on. One without its lock was left by a killed run: it holds what the report says, and is removed.
    """
    _sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        # Locked before it has the name by which a sweep knows it. Windows does not rename what is open: there nothing is swept.
        taken = Path(name) / f"{_HELD}.new"
        with lock.held(taken, "report"):
            if sys.platform != "win32":
                taken.rename(taken.with_name(_HELD))
            yield Path(name)


def _sweep() -> None:
    for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not each.is_symlink() and _ours(each / _HELD):
            try:
                with lock.held(each / _HELD, "sweep"):
                    pass
            except (CaseBusy, CaseError):
                continue
            shutil.rmtree(each, ignore_errors=True)


def _ours(held: Path) -> bool:
    """Whether a lock file is there, and is this user's: temporary folders are shared with everybody on a machine."""
    try:
        return sys.platform != "win32" and held.lstat().st_uid == os.getuid()
    except OSError:
        return False
