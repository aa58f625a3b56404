"""The canonical form: what makes two records the same record."""

import pytest

from ctforensics.trail import canonical

KEY = canonical.event_key


def test_order_of_members_white_space_and_spelling_of_strings_do_not_matter():
    assert KEY(b'{"a": 1, "b": {"y": "\\u00e9\\/", "x": []}}') == KEY('{"b":{"x":[],"y":"é/"},"a":1}'.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a":1}', b'{"a":1.0}'),
        (b'{"a":1.0}', b'{"a":1.00}'),
        (b'{"a":12345678901234567890123}', b'{"a":12345678901234567890124}'),
        (b'{"a":0.1}', b'{"a":0.1000000000000000055}'),
        (b'{"a":null}', b"{}"),
        (b'{"a":"1"}', b'{"a":1}'),
        (b'{"a":[1,2]}', b'{"a":[2,1]}'),
        (b'{"a":1,"a":2}', b'{"a":1}'),
        (b'{"a":1,"a":2}', b'{"a":2,"a":1}'),
        (b'{"a":"\\ud800"}', b'{"a":"\\ud801"}'),
        (b'{"a":"\xff"}', b'{"a":"\xfe"}'),
        (b'{"a":"\x80"}', b'{"a":"\\udc80"}'),
        (b'{"a":NaN}', b'{"a":"NaN"}'),
    ],
)
def test_different_records_have_different_keys(one: bytes, other: bytes):
    assert KEY(one) != KEY(other)


@pytest.mark.parametrize(
    "text", [b"", b"{", b'{"a"}', b'{"a":1}x', b'{"a":01}', b'"\x01"', b"[1,]", b"tru", b"[" * 2000 + b"]" * 2000]
)
def test_what_is_no_json_is_refused(text: bytes):
    with pytest.raises(ValueError, match=r"JSON|colon|comma|nested|follows"):
        canonical.canonical(text)


def test_a_record_nested_900_deep_still_has_a_key():
    assert len(canonical.event_key(b'{"a":' * 900 + b"1" + b"}" * 900)) == 16


def test_the_key_never_changes_between_versions():
    """Notes and findings refer to events by this key: these values are kept for ever."""
    assert KEY(b'{"eventVersion":"1.08","eventID":"x","n":1.50}').hex() == "42a4f30e8e730ac649d0a3a6a605a23d"
    assert canonical.canonical(b'{"b":[true,null],"a":"\\u0041"}') == b'{"a":"A","b":[true,null]}'
