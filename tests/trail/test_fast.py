"""The fast canonical form is the exact one."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctforensics.trail import canonical, fast

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(st.characters(exclude_categories=()))  # lone surrogates too
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=5),
    max_leaves=20,
)


def same(raw: bytes) -> None:
    try:
        expected = canonical.canonical(raw)
    except ValueError:
        with pytest.raises(ValueError):
            fast.parse(raw)
        return
    assert fast.parse(raw).form == expected


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=6), st.sampled_from([None, 1]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_both_ways_give_the_same_form_for_any_record(record, indent, ascii_only):
    text = json.dumps(record, indent=indent, ensure_ascii=ascii_only, separators=(",", ":") if indent is None else None)
    same(text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_both_ways_refuse_the_same_bytes(raw):
    same(raw)


@given(st.text(alphabet='{}[]",:\\u0189eE+-. \n\t\x00abtrufalsnNI', max_size=30))
@settings(max_examples=500, deadline=None)
def test_both_ways_agree_on_what_nearly_is_json(text):
    same(text.encode())


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1.0}', b'{"a":1.50}', b'{"a":1e5}', b'{"a":1E5}', b'{"a":-0}', b'{"a":-0.0}', b'{"a":0.1e1}', b'{"a":1.0e-05}',
        b'{"a":18446744073709551616}', b'{"a":9223372036854775808}', b'{"a":1,"a":2}', b'{"a":{"b":1,"b":2}}', b'{"a":NaN}',
        b'{"b":1,"a":2}', b'{ "a" : 1 }', b'{"a":"\\u0041"}', b'{"a":"\\ud800"}', b'{"a":"\\/"}', b'{"a":"\x7f"}', b'{"a":"\xff"}',
        b'{"a":01}', b'{"a":"\x01"}', b'{"a":1}x', b"[1,2]", b'"x"', b"", b" ", b'{"\xc3\xa9":1,"z":2}', b'{"a":1e400}',
    ],
)  # fmt: skip
def test_both_ways_agree_on_a_corner(raw):
    same(raw)


def test_an_odd_record_says_what_is_odd():
    assert fast.parse(b'{"a":1,"a":2}').flags == ("duplicate_member",)
    assert fast.parse(b'{"a":1,"a":2}').record == {"a": 1}
    assert fast.parse(b'{"a":1.5}').exact
    assert fast.parse(b'{"a":1e400}').flags == ("number_text",)
    assert math.isclose(fast.parse(b'{"a":1.50}').record["a"], 1.5)
