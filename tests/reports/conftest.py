"""Notebooks that need no case, made in place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reports.report_samples import SAMPLE, notebook_json


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a notebook of cells and gives its path."""

    def write(*cells: tuple[str, str] | tuple[str, str, list[str]], name: str = "own") -> Path:
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps(notebook_json(*cells)), "utf-8")
        return path

    return write


@pytest.fixture
def sample(write_notebook: Callable[..., Path]) -> Path:
    """A notebook that shows every piece, with hostile text in it, and needs no case."""
    return write_notebook(*SAMPLE, name="sample")
