"""What a load was asked for, as every reader of it needs to know."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from ctforensics.errors import ParameterError
from ctforensics.evidence.door import Limits
from ctforensics.load.scope import Scope


@dataclass(frozen=True, slots=True)
class Options:
    """``verified``: content hashes that may be loaded (None: all). ``values``: one of which a record must hold (None: anything).

    ``compiled``: whether log files are read by the compiled walk, which is worth its start for many of them.
    """

    scope: Scope = field(default_factory=Scope)
    keep_raw: bool = False
    limits: Limits = field(default_factory=Limits)
    verified: frozenset[str] | None = None
    values: tuple[str, ...] | None = None
    compiled: bool = False


def values_in(file: Path) -> tuple[str, ...]:
    """The values of a list to sift by: one a line, blank lines and ``#`` comments left out. Raises ParameterError."""
    try:
        lines = list(
            io.StringIO(file.read_text("utf-8-sig"), newline=None)
        )  # a separator like U+2028 may be part of a value
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"The list cannot be read: {error}.", where=str(file), hint="Name a text file.") from error
    found = tuple(dict.fromkeys(v for line in lines if (v := line.strip()) and not v.startswith("#")))
    if not found:
        raise ParameterError("The list is empty.", where=str(file), hint="Write one value a line.")
    return found
