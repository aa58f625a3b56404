"""Members of a zip that its directory does not list are told, never taken and never passed over."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from ctforensics.evidence import roots, zip_gaps
from ctforensics.evidence.door import Limits
from ctforensics.unwrap import archives

LOG = b'{"Records":[{"eventVersion":"1.08","eventID":"hidden"}]}'


def packed(names: list[str], method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            archive.writestr(name, members.get(name, LOG * 20))
    return out.getvalue()


def without(data: bytes, name: str) -> bytes:
    """A zip of which the directory lost one entry, as somebody unlists a member."""
    entries, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    kept = [b"PK\x01\x02" + part for part in data[entries:end].split(b"PK\x01\x02")[1:] if name.encode() not in part]
    directory, tail = b"".join(kept), bytearray(data[end:])
    tail[8:12] = len(kept).to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    return data[:entries] + directory + bytes(tail)


ALTERED = {
    "one in the middle": without(packed(["a.json", "b.json", "c.json"]), "b.json"),
    "the first": without(packed(["a.json", "b.json"]), "a.json"),
    "the last": without(packed(["a.json", "b.json"]), "b.json"),
    "another zip before it": packed(["a.json"]) + packed(["b.json"]),
}


@pytest.mark.parametrize("how", ALTERED)
def test_a_member_outside_the_directory_is_told_as_refused(how: str, tmp_path: Path):
    (tmp_path / "x.zip").write_bytes(ALTERED[how])
    *members, told = roots.walk(tmp_path / "x.zip", "mirror")
    assert all(found.refused is None for found in members)
    assert told.path == "x.zip" and "1 member(s) that its directory does not list" in str(told.refused)
    *_, inner = archives.members("x.zip", ALTERED[how], Limits())
    assert inner.error is not None and "does not list" in inner.error


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_as_tools_write_it_has_no_hidden_members(method: int, tmp_path: Path):
    nested = packed(["a.json", "b.json"], zipfile.ZIP_STORED)
    data = packed(["one.zip", "été.json", "two.zip"], method, **{"one.zip": nested, "two.zip": nested})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert zip_gaps.unlisted(archive) is None
    streamed = io.BytesIO()
    with zipfile.ZipFile(_Forward(streamed), "w", method) as archive:  # sizes stand behind each member
        for name in ("a.zip", "b.zip"):
            archive.writestr(name, nested)
    with zipfile.ZipFile(streamed) as archive:
        assert archive.infolist()[0].flag_bits & 8
        assert zip_gaps.unlisted(archive) is None


class _Forward(io.RawIOBase):
    """A stream that cannot be rewound, like a pipe."""

    def __init__(self, out: io.BytesIO) -> None:
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self._out.write(data)
