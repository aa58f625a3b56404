"""Reports of the practice stories, each made once per test run and shared by all its processes. Tests read them only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from ctforensics.investigation import Case
from ctforensics.reports import browsers
from tests.support import report_matrix, stories

PRINTED = ("leaked_key", "tampered_log")  # the stories of which every report is looked at on paper
# The two that are looked at most closely exist in every format.
WHOLE = {("leaked_key", "incident"), ("tampered_log", "trail_integrity")}


@dataclass(frozen=True, slots=True)
class Shared:
    """A report that was made: its files by their endings, and what it told the command."""

    files: dict[str, Path]
    found: int
    said: tuple[str, ...]

    @property
    def page(self) -> Path:
        """The HTML file."""
        return self.files[".html"]


def together(story: str, report: str) -> pytest.MarkDecorator:
    """Marks a test that looks at a report: tests of one report run in one process, so that none waits for another to make it."""
    return pytest.mark.xdist_group(f"report-{story}-{report}")


def endings(story: str, report: str) -> tuple[str, ...]:
    """The formats in which a report is made; PDF only where a browser prints it."""
    printed = (".pdf",) if browsers.find() else ()
    if story not in PRINTED:
        return (".html", ".ipynb")
    written = (".md", ".docx") if (story, report) in WHOLE else ()
    return (".html", *printed, *written, ".ipynb")


def of(base: Path, case: Case, story: str, report: str) -> Shared:
    """The report ``report`` of a story's case, with the parameters of ``report_matrix``; whoever comes first makes it."""
    place = base / "reports" / story / report
    stories.once(place, lambda: _make(place, case, story, report))
    told = json.loads((place / "told.json").read_text("utf-8"))
    files = {ending: place / f"{report}{ending}" for ending in endings(story, report)}
    return Shared(files, told["found"], tuple(told["said"]))


def _make(place: Path, case: Case, story: str, report: str) -> None:
    targets = [place / f"{report}{ending}" for ending in endings(story, report)]
    made = report_matrix.run.make(case.path, report, report_matrix.parameters(case, report), *targets)
    (place / "told.json").write_text(json.dumps({"found": made.found, "said": made.said}), "utf-8")
