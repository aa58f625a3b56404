from hypothesis import given
from hypothesis import strategies as st

from ctforensics.acquire import index
from ctforensics.acquire.index import Index

NUMBER = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-5, 5)


@given(st.lists(st.tuples(st.sampled_from(["set", "get", "default"]), NUMBER, NUMBER), max_size=60))
def test_it_is_a_map_also_when_most_of_it_lies_on_disk(steps):
    ours, plain = Index(), {}
    genuine, index.RECENT = index.RECENT, 3
    try:
        for what, number, value in steps:
            if what == "set":
                ours[number] = plain[number] = value
            elif what == "default":
                assert ours.setdefault(number, value) == plain.setdefault(number, value)
            assert ours.get(number) == plain.get(number) and (number in ours) == (number in plain)
        assert all(ours.get(number) == value for number, value in plain.items())
    finally:
        index.RECENT = genuine
