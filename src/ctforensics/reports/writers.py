"""Which writer makes which format."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from ctforensics.errors import NotInstalled
from ctforensics.reports.document import Document


def write(told: Document, notebook: Any, target: Path, at: datetime | None) -> None:
    """Writes a document in the format of the target's ending. ``at`` is the instant that the report speaks of.

    A PDF is printed from the page without its script. Raises NoBrowser where none can print.
    """
    if target.suffix == ".html":
        target.write_text(page(told), "utf-8")
    elif target.suffix == ".md":
        from ctforensics.reports import markdown_text

        target.write_text(markdown_text.write(told), "utf-8")
    elif target.suffix == ".docx":
        from ctforensics.reports import word

        word.write(told, target, at)
    elif target.suffix == ".ipynb":
        from ctforensics.reports import handover

        target.write_text(handover.notebook_text(notebook), "utf-8")
    else:
        _print(told, target, at)


def _print(told: Document, target: Path, at: datetime | None) -> None:
    from ctforensics.reports import pdf

    beside = target.with_name(f"{target.stem}-print.html")
    beside.write_text(page(told, live=False), "utf-8")
    pdf.print_page(beside, target, foot=told.foot, at=at)


def page(told: Document, *, live: bool = True) -> str:
    """The HTML page of a document. Raises NotInstalled where nbconvert is absent."""
    try:
        from ctforensics.reports.exporter import CtReportExporter
    except ImportError as error:
        raise NotInstalled("nbconvert, which makes reports,", "report") from error
    return CtReportExporter(live=live).page(told)
