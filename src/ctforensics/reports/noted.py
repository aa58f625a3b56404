"""A report that was made is noted in the custody of its case: which one, of which state, and the hash of every file of it.

The report speaks of the state before this line, so that making it once more gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctforensics import hashing
from ctforensics.case import custody
from ctforensics.case import folder as case_folder
from ctforensics.errors import ForensicsError
from ctforensics.reports.run import Made, make


def make_noted(
    case: str | Path,
    name: str,
    params: Mapping[str, Any] | None,
    output: str | Path,
    *also: str | Path,
    timeout: int = 3600,
    redact: str = "",
) -> Made:
    """As ``run.make``, and one custody line ``report``. A case that cannot be written still has its report, which then says so in ``notes``."""
    made = make(case, name, params, output, *also, timeout=timeout, redact=redact)
    files = (made.path, *made.also, *made.attachments)
    facts: dict[str, Any] = {"report": Path(name).stem, "of": made.head, "redacted": redact}
    facts["files"] = {file.name: hashing.sha256_hex(file.read_bytes()) for file in files}
    try:
        custody.record(case_folder.open_folder(Path(case)), "report", **facts)
    except ForensicsError as error:
        return replace(made, notes=(*made.notes, f"Not noted in custody: {error.message}"))
    return made
