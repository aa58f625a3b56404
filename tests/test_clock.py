"""Instants: what people type, and what is printed."""

from datetime import datetime

import pytest

from ctforensics import clock
from ctforensics.errors import ParameterError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2024-05-02", datetime(2024, 5, 2)),
        ("2024-05-02T06:11:09Z", datetime(2024, 5, 2, 6, 11, 9)),
        ("2024-05-02 06:11:09", datetime(2024, 5, 2, 6, 11, 9)),
        ("2024-05-02T08:11:09+02:00", datetime(2024, 5, 2, 6, 11, 9)),
        ("2024-05-02T08:11:09+0200", datetime(2024, 5, 2, 6, 11, 9)),
        ("2024-05-02T00:30:00-05:00", datetime(2024, 5, 2, 5, 30)),
        (" 2024-05-02T06:11:09.250Z ", datetime(2024, 5, 2, 6, 11, 9, 250000)),
        ("-infinity", datetime.min),
        ("infinity", datetime.max),
    ],
)
def test_an_offset_is_converted_and_not_dropped(typed: str, meant: datetime):
    assert clock.parse_instant(typed) == meant


@pytest.mark.parametrize("typed", ["", "yesterday", "2024-13-01", "2024-05-02T25:00:00Z", "05/02/2024", "1714630269"])
def test_what_is_no_instant_is_refused_with_an_example(typed: str):
    with pytest.raises(ParameterError) as refused:
        clock.parse_instant(typed)
    assert "2024-05-02" in refused.value.hint


def test_an_instant_is_printed_with_z():
    assert clock.utc_text(datetime(2024, 5, 2, 6, 11, 9)) == "2024-05-02T06:11:09Z"
    assert clock.utc_text(None) == "-"


def test_now_can_be_pinned(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CTFORENSICS_NOW", "2024-05-02T06:11:09Z")
    assert clock.now() == datetime(2024, 5, 2, 6, 11, 9)


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        ("2024-05-02", "2024-05-03", 24),
        ("2024-05-02T00:30:00", "2024-05-02T01:10:00", 2),
        ("2024-05-03", "2024-05-02", 0),
    ],
)
def test_hours_count_every_hour_that_the_window_touches(since: str, until: str, count: int):
    assert clock.hours(clock.parse_instant(since), clock.parse_instant(until)) == count
