"""A file whole or not at all: what is under a name is finished, whatever happens while it is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ctforensics import placing
from ctforensics.errors import CaseError

T = TypeVar("T")


def written(path: Path, write: Callable[[Path], T]) -> T:
    """Lets ``write`` fill a file beside ``path`` that then gets its name; gives what ``write`` gave.

    Raises CaseError where it cannot be written; an earlier file of that name then stands as it was.
    """
    waiting = placing.waiting(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        given = write(waiting)
        os.replace(waiting, path)
    except OSError as error:
        raise CaseError(f"The timeline cannot be written: {error.strerror}.", where=str(path)) from error
    finally:
        waiting.unlink(missing_ok=True)
    return given
