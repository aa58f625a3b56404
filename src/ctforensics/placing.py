"""A file whole or not at all: it is written beside its place, under a name of its own, and then renamed."""

from __future__ import annotations

import glob
import os
import re
import sys
from pathlib import Path


def waiting(target: Path) -> Path:
    """Where this process writes what will be ``target``. What killed processes left there is taken away."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*"):
        number = re.fullmatch(r"\d+", left.name.rsplit(".", 1)[-1])
        if number and not _runs(int(number[0])):
            left.unlink(missing_ok=True)
    return target.with_name(f".{target.name}.{os.getpid()}")


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # there a signal of 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
