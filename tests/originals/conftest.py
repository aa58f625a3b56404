"""What the tests of loading share."""

import pytest

from tests.load.loading_desk import Desk


@pytest.fixture
def desk(tmp_path):
    """A case with one root, and ways to put files into it, load, and look."""
    return Desk(tmp_path)
