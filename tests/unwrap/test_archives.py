"""Containers inside containers, opened in memory and within bounds."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
import zstandard

from ctforensics.evidence import door
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


def _damaged(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.json", bytes(range(256)))
    data = bytearray(out.getvalue())
    data[45:60] = bytes(255 - byte for byte in data[45:60])
    return bytes(data)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_told_whatever_its_method(method):
    (found,) = archives.members("x.zip", _damaged(method), Limits())
    assert found.path == "x.zip!/a.json" and found.error


def _tar(name, size, kind, body=b""):
    """A tar of one header with a size and a type that tarfile would not write."""
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    header[124:136] = size
    header[156:157] = kind
    if kind == b"S":  # GNU, old form: one piece of 512 bytes, and a real size of eight gigabytes
        header[386:398], header[398:410], header[483:495] = b"%011o\0" % 0, b"%011o\0" % 512, b"77777777777\0"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + body.ljust(1536, b"\0")


def test_a_sparse_member_of_a_tar_is_refused_and_its_holes_are_never_read():
    (found,) = archives.members("x", _tar("a", b"%011o\0" % 512, b"S"), Limits())
    assert found.error == "sparse container member"


@pytest.mark.parametrize("kind", [b"0", b"X", b"L", b"x"])
def test_a_tar_with_a_negative_size_ends(kind):
    back = b"\xff" + ((1 << 88) - 512).to_bytes(11, "big")
    assert all(m.error for m in archives.members("x", _tar("a", back, kind), Limits()))


def _tarred(*names):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 3
            archive.addfile(info, io.BytesIO(b"abc"))
    return out.getvalue()


def test_what_stands_behind_a_damaged_header_of_a_tar_is_told_and_not_passed_over():
    data = bytearray(_tarred("a", "b", "c"))
    data[1024] ^= 0xFF  # the header of b
    found = list(archives.members("x", bytes(data), Limits()))
    assert [m.path for m in found] == ["x!/a", "x"]
    assert "goes on" in str(found[-1].error)


def test_a_tar_that_was_cut_between_two_members_says_so():
    assert [m.error for m in archives.members("x", _tarred("a", "b"), Limits())] == [None, None]
    (first, told) = archives.members("x", _tarred("a", "b")[:1024], Limits())
    assert (first.path, first.error) == ("x!/a", None)
    assert "cut" in str(told.error)


def test_members_behind_any_number_of_zeros_in_a_tar_are_told():
    data = _tarred("a") + bytes(3 << 20) + _tarred("b")
    assert [bool(m.error) for m in archives.members("x", data, Limits())] == [False, True]


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, zstandard.compress, gzip.compress])
def test_a_tar_in_a_compressed_stream_that_breaks_off_says_so(pack):
    packed = pack(_tarred("a", "b"))
    assert [m.error for m in archives.members("x", packed, Limits())] == [None, None]
    for kept in (len(packed) // 2, len(packed) - 9):
        assert any(m.error for m in archives.members("x", packed[:kept], Limits()))


def test_records_before_the_cut_of_a_zstandard_stream_are_given_and_the_cut_is_told():
    lines = b"".join(b'{"line":%d}\n' % n for n in range(200_000))
    packed = zstandard.compress(lines)
    (found,) = archives.members("x", packed[: len(packed) // 2], Limits())
    assert found.error == "truncated"
    assert found.content and lines.startswith(found.content)


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_more_streams_than_anybody_writes_are_not_all_opened(pack, monkeypatch):
    monkeypatch.setattr(door, "MOST_MEMBERS", 50)
    (found,) = archives.members("x", pack(b"x") + pack(b"") * 100, Limits())
    assert (found.content, found.flags) == (b"x", ("container:trailing_bytes",))


def test_a_second_tar_behind_the_first_is_told_and_padding_is_not():
    assert [m.error for m in archives.members("x", _tarred("a") + bytes(20480), Limits())] == [None]
    assert [bool(m.error) for m in archives.members("x", _tarred("a") + _tarred("b"), Limits())] == [False, True]


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, zstandard.compress])
def test_what_follows_a_compressed_stream_is_flagged_and_several_streams_are_one_content(pack):
    core = b'{"Records":[]}' * 50
    clean = list(archives.members("x", pack(core), Limits()))
    assert [(m.content, m.flags, m.error) for m in clean] == [(core, (), None)]
    (two,) = archives.members("x", pack(core) + pack(b"more"), Limits())
    assert (two.content, two.flags) == (core + b"more", ())
    (odd,) = archives.members("x", pack(core) + b"forged", Limits())
    assert (odd.content, odd.flags, odd.error) == (core, ("container:trailing_bytes",), None)
    (cut,) = archives.members("x", pack(core)[:-4], Limits())
    assert cut.error == "truncated"
    (bomb,) = archives.members("x", pack(b"\0" * (1 << 23)), Limits(small=1 << 20, ratio=2))
    assert bomb.error and "Inflates to more than" in bomb.error


def test_what_is_odd_about_a_compressed_container_is_said_of_all_that_it_holds():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.json", b"{}")
        archive.writestr("b.json.gz", gzip.compress(b"{}") + b"more")
    stored = bytearray(gzip.compress(inner.getvalue()))
    stored[-8] ^= 1  # the CRC
    found = {member.path: member.flags for member in archives.members("x", bytes(stored), Limits())}
    assert found == {
        "x!/a.json": ("container:crc",),
        "x!/b.json.gz": ("container:crc", "container:trailing_bytes"),
    }
