"""A case with a small trail: loaded and verified, in either order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.digest_archive import Archive

from ctforensics.investigation import Case, new_case


class Loaded:
    """A case, and its tables as rows."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.case.folder.database), read_only=True) as con:
            return con.execute(sql).fetchall()

    def states(self) -> dict[str, str]:
        """State by hour, for archives with one chain."""
        return dict(self.rows("SELECT strftime(hour, '%d %H'), state FROM coverage ORDER BY hour"))


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Loaded]:
    """Makes a case of an archive, loads and verifies it."""

    def make(archive: Archive, *, verify_first: bool = True, **options: Any) -> Loaded:
        case = new_case(tmp_path / "case")
        case.add_evidence(archive.write(tmp_path / "mirror"), label="mirror")
        (tmp_path / "keys.json").write_text(json.dumps(archive.ring.public_keys()))
        (tmp_path / "heads.json").write_text(json.dumps(archive.sink.metadata))
        named = {"public_keys": tmp_path / "keys.json", "metadata": tmp_path / "heads.json"} | archive.window | options
        if verify_first:
            case.verify(**named)
            case.load(jobs=1)
        else:
            case.load(jobs=1)
            case.verify(**named)
        return Loaded(case)

    return make


@pytest.fixture
def archive() -> Archive:
    """An empty archive."""
    return Archive()
