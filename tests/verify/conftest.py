"""Archives that the tests of verification share."""

from __future__ import annotations

import pytest
from support.digest_archive import Archive


@pytest.fixture
def archive() -> Archive:
    """An empty archive."""
    return Archive()


@pytest.fixture
def clean(archive: Archive) -> Archive:
    """Eight hours of two log files, and their digests."""
    archive.hours(archive.maker(), 8)
    return archive
