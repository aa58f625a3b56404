"""Notebooks that need no case, reports that are made once, and a case to write to."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctforensics.investigation import Case, open_case
from tests.reports.report_samples import SAMPLE, notebook_json
from tests.support import made_reports


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a notebook of cells and gives its path."""

    def write(*cells: tuple[str, str] | tuple[str, str, list[str]], name: str = "own") -> Path:
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps(notebook_json(*cells)), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def made_report(story_case, tmp_path_factory) -> Callable[[str, str], made_reports.Shared]:
    """Gives a report of a story, made once for all processes of the run. Read its files only."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    return lambda story, report: made_reports.of(base, story_case(story), story, report)


@pytest.fixture
def sample(write_notebook: Callable[..., Path]) -> Path:
    """A notebook that shows every piece, with hostile text in it, and needs no case."""
    return write_notebook(*SAMPLE, name="sample")


@pytest.fixture
def own_case(story_case: Callable[[str], Case], tmp_path: Path) -> Iterator[Case]:
    """A copy of a story's case that a test may write to."""
    copy = tmp_path / "copy"
    shutil.copytree(story_case("quiet_week").path, copy)
    case = open_case(copy)
    yield case
    case.close()
