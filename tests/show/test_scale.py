"""Buckets and milliseconds."""

import itertools
from datetime import datetime

import pytest

from ctforensics.show import scale


@pytest.mark.parametrize("days", [0.00001, 0.01, 1, 30, 365, 20_000])
def test_never_more_than_240_buckets_show(days):
    lo = 1_772_409_680_123
    hi = lo + max(1, int(days * scale.DAY))
    step = scale.bucket_for(lo, hi)
    assert len(scale.buckets(lo, hi, step)) <= scale.MOST_BUCKETS
    assert step >= scale.SECOND


def test_buckets_cover_the_range_without_overlap():
    made = scale.buckets(-1500, 9_999, 2_000)
    assert made[0][0] == -1500
    assert made[-1][1] == 9_999
    assert all(a[1] == b[0] for a, b in itertools.pairwise(made))


def test_the_end_of_a_range_lies_after_the_last_microsecond_in_it():
    instant = datetime(2026, 3, 2, 0, 0, 0, 1)
    assert scale.from_ms(scale.ceil_ms(instant)) > instant


def test_times_before_1970_and_far_away_are_kept_or_cut_at_the_calendar():
    assert scale.to_ms(datetime(1969, 12, 31, 23, 59, 59)) == -1000
    assert scale.from_ms(10**18) == datetime.max
