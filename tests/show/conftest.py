"""One synthetic case for the screen's tests, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import synthetic_case


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_case.make(tmp_path_factory.mktemp("screen") / "case.duckdb", events=60_000)


@pytest.fixture
def access(database: Path) -> Iterator[synthetic_case.Access]:
    held = synthetic_case.Access(database)
    yield held
    held.close()
