"""Which writer makes which format."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from ctforensics.errors import ForensicsError, NotInstalled
from ctforensics.reports.document import Document


def write(told: Document, notebook: Any, target: Path, at: datetime | None) -> None:
    """Writes a document in the format of the target's ending. ``at`` is the instant that the report speaks of."""
    if target.suffix == ".html":
        target.write_text(page(told), "utf-8")
    else:
        raise ForensicsError(f"There is no writer for {target.suffix}.")


def page(told: Document, *, live: bool = True) -> str:
    """The HTML page of a document. Raises NotInstalled where nbconvert is absent."""
    try:
        from ctforensics.reports.exporter import CtReportExporter
    except ImportError as error:
        raise NotInstalled("nbconvert, which makes reports,", "report") from error
    return CtReportExporter(live=live).page(told)
