"""Containers inside containers, opened in memory and within bounds."""

import gzip
import io
import zipfile

import pytest

from ctforensics.evidence.door import Limits
from ctforensics.unwrap import archives


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_members_are_named_by_their_way_and_come_in_order():
    data = zipped(b=zipped(y=b"2", x=gzip.compress(b"1")), a=b"0")
    found = [(m.path, m.content) for m in archives.members("out.zip", data, Limits())]
    assert found == [("out.zip!/a", b"0"), ("out.zip!/b!/x", b"1"), ("out.zip!/b!/y", b"2")]


def test_too_many_layers_are_refused():
    data = b"core"
    for _ in range(8):
        data = zipped(x=data)
    (found,) = archives.members("deep.zip", data, Limits())
    assert found.error == "containers nested too deep"


def test_a_member_beyond_the_bound_is_refused():
    (found,) = archives.members("x.zip", zipped(bomb=b"\0" * (1 << 26)), Limits())
    assert found.error and "beyond the limit" in found.error


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04rubbish", b"\x28\xb5\x2f\xfdrubbish", b"\x1f\x8b", b"\xfd7zXZ\x00rubbish"]
)
def test_a_broken_container_is_one_member_with_a_reason(data):
    (found,) = archives.members("x", data, Limits())
    assert found.error
