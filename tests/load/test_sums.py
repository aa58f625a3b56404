"""Keys of many records at once are those that hashlib gives, with the library's own functions and without them."""

import hashlib

import numpy as np
import pytest

from ctforensics.load import compiled


@pytest.fixture(scope="module")
def sums():
    assert compiled.why_not() is None
    compiled.taped()  # brings in the compiler in the way that a load does
    from ctforensics.load import sums

    return sums


TEXT = np.frombuffer(bytes(range(256)) * 40, np.uint8).copy()
ENDS = np.array([*range(300), 4000, len(TEXT)])
STARTS = np.minimum(ENDS, 7)


def test_the_key_of_a_span_is_the_first_half_of_its_sha256(sums):
    expected = b"".join(hashlib.sha256(TEXT[start:end]).digest()[:16] for start, end in zip(STARTS, ENDS, strict=True))
    assert sums.keys(TEXT, STARTS, ENDS).tobytes() == expected


def test_without_functions_by_name_hashlib_itself_makes_the_same_keys(sums, monkeypatch):
    expected = sums.keys(TEXT, STARTS, ENDS).tobytes()
    monkeypatch.setattr(sums, "_functions", lambda: None)
    assert sums.keys(TEXT, STARTS, ENDS).tobytes() == expected


def test_a_library_without_these_names_is_left_alone(sums, monkeypatch):
    monkeypatch.setattr(sums, "_NAMES", ("no_such_function",) * 3)
    assert sums._functions.__wrapped__() is None


@pytest.mark.parametrize("span", [(-1, 5), (5, 4), (0, len(TEXT) + 1)])
def test_a_span_that_leaves_its_buffer_is_refused(sums, span):
    if sums._functions() is None:
        pytest.skip("this Python's hashlib has no functions by name")
    with pytest.raises(IndexError):
        sums.keys(TEXT, np.array([span[0]]), np.array([span[1]]))
