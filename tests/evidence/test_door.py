"""One door: what is clean, what is odd, what is refused."""

import gzip
import io
import os
import random
import tarfile
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ctforensics.errors import EvidenceError
from ctforensics.evidence import door, roots

CONTENT = random.Random(2).randbytes(3000).hex().encode()
GZ = gzip.compress(CONTENT, mtime=0)


def named(content: bytes = CONTENT) -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile("name.json", "wb", fileobj=stream, mtime=7) as target:
        target.write(content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "stored", [GZ, named(), gzip.compress(CONTENT, 1, mtime=0), gzip.compress(b"", mtime=0), CONTENT]
)
def test_one_member_or_plain_bytes_are_clean(stored: bytes):
    opened = door.inflate(stored)
    assert opened.flags == ()
    assert opened.content == (b"" if len(stored) < 30 else CONTENT)


@pytest.mark.parametrize(
    ("stored", "flag"),
    [
        (GZ + b"\0" * 100, "container:padding"),
        (GZ + b"xx", "container:trailing_bytes"),
        (GZ + gzip.compress(b"", mtime=0), "container:empty_member"),
        (GZ + gzip.compress(b"more", mtime=0), "trailing_content"),
        (GZ[:-8], "container:no_trailer"),
        (GZ[:-3], "container:no_trailer"),
        (GZ[:-8] + b"abcd" + GZ[-4:], "container:crc"),
        (GZ[:-4] + b"\0\0\1\0", "container:crc"),
        (GZ[:-4] + b"\0\0\0\0", "container:crc"),
        (GZ[:3] + b"\x80" + GZ[4:], "container:header"),
        (GZ[: len(GZ) // 2], "truncated"),
        (GZ[:5], "truncated"),
    ],
)
def test_what_is_odd_is_a_flag_and_the_content_is_kept(stored: bytes, flag: str):
    opened = door.inflate(stored)
    assert opened.flags == (flag,)
    assert opened.content == (CONTENT if flag != "truncated" else CONTENT[: len(opened.content)])
    assert opened.rest == (b"more" if flag == "trailing_content" else b"")


def test_whatever_bit_is_flipped_the_fast_way_calls_nothing_clean_that_the_careful_way_does_not():
    source, chosen = named(b"x" * 50 + CONTENT[:500]), random.Random(7)
    for _ in range(3000):
        stored = bytearray(source)
        stored[chosen.randrange(2, len(stored))] ^= 1 << chosen.randrange(8)
        fast = door.inflate(bytes(stored))
        careful = door._inflate_carefully(bytes(stored), 1 << 24)
        assert (fast.content, fast.flags) == (careful.content, careful.flags)


def crafted(tail: bytes) -> bytes:
    """A member with something behind it that ends in the member's own trailer."""
    return GZ + tail + GZ[-8:]


@pytest.mark.parametrize(
    ("stored", "flag"),
    [
        (crafted(b""), "container:trailing_bytes"),
        (crafted(b"forged"), "container:trailing_bytes"),
        (crafted(b"\0" * 512), "container:trailing_bytes"),
        (GZ + GZ, "trailing_content"),
        (GZ + gzip.compress(b"forged", mtime=0) + GZ, "trailing_content"),
        (b"\x1f\x8b" + b"\0" * 30, "deflate_error"),
        (b"\x1f\x8b\x08", "truncated"),
        (GZ[:10] + GZ[-8:], "deflate_error"),
    ],
    ids=["trailer", "bytes", "zeros", "twice", "forged_between", "zero_size", "magic_alone", "no_stream"],
)
def test_a_trailer_that_was_put_there_does_not_pass_for_the_end_of_the_member(stored: bytes, flag: str, tmp_path: Path):
    (tmp_path / "a.json.gz").write_bytes(stored)
    (located,) = roots.walk(tmp_path, "x")
    assert door.clean_file(located) is None
    opened = door.inflate(stored)
    assert opened.flags == (flag,)
    assert opened == door._inflate_carefully(stored, 1 << 24)


def test_what_the_fast_way_takes_the_careful_way_calls_clean(tmp_path: Path):
    chosen = random.Random(3)
    for number in range(300):
        content = CONTENT[: chosen.randrange(1, 3000)] * chosen.randrange(1, 4)
        (tmp_path / f"{number}.gz").write_bytes(gzip.compress(content, chosen.randrange(10)))
    for located in roots.walk(tmp_path, "x"):
        careful = door._inflate_carefully((tmp_path / located.path).read_bytes(), 1 << 24)
        assert careful.flags == ()
        assert door.clean_file(located) == careful.content


def test_a_claimed_size_reserves_no_more_than_the_limit(tmp_path: Path):
    stored = GZ[:-4] + (0xFFFFFFF0).to_bytes(4, "little")
    assert door.inflate(stored).flags == ("container:crc",)


def test_a_bomb_is_refused_and_a_small_file_that_shrinks_well_is_not():
    with pytest.raises(EvidenceError, match="Inflates to more than"):
        door.inflate(gzip.compress(b"\0" * (64 << 20)))
    assert len(door.inflate(gzip.compress(b"\0" * (8 << 20))).content) == 8 << 20


def test_links_pipes_and_what_cannot_be_read_are_listed_and_not_opened(tmp_path: Path):
    (tmp_path / "real.json").write_bytes(CONTENT)
    (tmp_path / "link.json").symlink_to("/etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe.json")
    found = {located.path: located for located in roots.walk(tmp_path, "x")}
    assert {path: located.refused for path, located in found.items()} == {
        "folder": "symbolic link",
        "link.json": "symbolic link",
        "pipe.json": "not a regular file",
        "real.json": None,
    }
    for path in ("folder", "link.json", "pipe.json"):
        with pytest.raises(EvidenceError, match="Not opened"):
            door.open_object(found[path])


def test_a_file_that_became_a_pipe_or_a_link_after_the_walk_is_not_followed(tmp_path: Path):
    file = tmp_path / "a.json"
    file.write_bytes(CONTENT)
    (located,) = roots.walk(tmp_path, "x")
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(EvidenceError):
        door.open_object(located)
    file.unlink()
    file.symlink_to("/etc/passwd")
    with pytest.raises(EvidenceError):
        door.open_object(located)


def test_a_file_that_grew_after_the_walk_is_read_whole(tmp_path: Path):
    file = tmp_path / "a.json"
    file.write_bytes(b"ab")
    (located,) = roots.walk(tmp_path, "x")
    file.write_bytes(CONTENT)
    assert door.open_object(located).content == CONTENT


def test_members_of_containers_can_be_opened_by_many_threads_after_the_walk(tmp_path: Path):
    bodies = {f"m{n:03}.bin": os.urandom(500 + n) for n in range(60)}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for name, body in bodies.items():
            packed.writestr(name, body)
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        for name, body in bodies.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    found = [m for located in roots.walk(tmp_path, "x") for m in roots.expand(located)]
    got: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda part=part: got.update({m.path: door.open_object(m).content for m in part}))
        for part in (found[0::3], found[1::3], found[2::3])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 120
    assert all(body == bodies[path.rsplit("!/", 1)[1]] for path, body in got.items())


def test_a_container_that_cannot_be_read_is_one_refused_object(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 broken PK\x05\x06" + b"\xff" * 18)
    (located,) = [m for found in roots.walk(tmp_path, "x") for m in roots.expand(found)]
    assert located.path == "a.zip"


@pytest.mark.parametrize("name", ["x.tar", "x.zip"])
def test_a_damaged_container_as_a_root_is_given_as_refused(tmp_path: Path, name: str):
    pax = b"22 GNU.sparse.map=a,b\n"
    header = tarfile.TarInfo("p")
    header.type, header.size = b"x", len(pax)
    end = b"PK\x05\x06" + bytes([0, 0, 0, 0, 1, 0, 1, 0, 46, 0, 0, 0]) + bytes(6)
    tar = header.tobuf() + pax.ljust(512, b"\0") + tarfile.TarInfo("q").tobuf() + bytes(1024)
    (tmp_path / name).write_bytes(tar if name == "x.tar" else b"PK\x03\x04" + bytes(100) + end)
    (found,) = roots.walk(tmp_path / name, "mirror")
    assert found.path == name and "container cannot be read" in str(found.refused)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_stands_behind_a_damaged_header_of_a_tar_root_is_given_as_refused(tmp_path: Path, pack):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("a", "b"):
            archive.addfile(tarfile.TarInfo(name))
    data = bytearray(out.getvalue())
    data[512] ^= 0xFF
    root = tmp_path / ("x.tar" if pack is bytes else "x.tar.gz")
    root.write_bytes(pack(bytes(data)))
    found = list(roots.walk(root, "mirror"))
    assert [(f.path, bool(f.refused)) for f in found] == [(f"{root.name}!/a", False), (root.name, True)]


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz"])
def test_every_member_of_one_name_is_given_and_opened_by_its_own_path(tmp_path: Path, name: str):
    root = tmp_path / name
    if name == "x.zip":
        with pytest.warns(UserWarning), zipfile.ZipFile(root, "w") as archive:
            for body in (b"1", b"2", b"3"):
                archive.writestr("a.json", body)
    else:
        with tarfile.open(root, "w:gz" if name.endswith("gz") else "w") as tar:
            for body in (b"1", b"2", b"3"):
                info = tarfile.TarInfo("a.json")
                info.size = 1
                tar.addfile(info, io.BytesIO(body))
    walked = {found.path: door.read_stored(found, door.Limits()) for found in roots.walk(root, "mirror")}
    assert walked == {f"{name}!/a.json": b"1", f"{name}!/#2/a.json": b"2", f"{name}!/#3/a.json": b"3"}
    kept = roots.members(root, "mirror")
    assert {path: door.read_stored(found, door.Limits()) for path, found in kept.items()} == walked


def test_a_file_of_very_many_members_is_read_in_the_time_of_its_size():
    empty = gzip.compress(b"", mtime=0)
    found = door.inflate(gzip.compress(b"first", mtime=0) + empty * 60_000 + gzip.compress(b"last", mtime=0))
    assert (found.content, found.rest, found.flags) == (b"first", b"last", ("trailing_content",))


def test_what_stands_behind_too_many_members_is_set_aside_and_not_passed_over():
    empty = gzip.compress(b"", mtime=0)
    last = gzip.compress(b"last", mtime=0)
    found = door.inflate(empty * door.MOST_MEMBERS + last)
    assert (found.rest, found.flags) == (last, ("trailing_content",))


def test_zip_members_that_share_their_bytes_are_refused_and_a_usual_zip_is_not(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "usual.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.json", CONTENT)
        archive.mkdir("folder")
    data = bytearray((tmp_path / "usual.zip").read_bytes())
    central = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    data[central[1] + 42 : central[1] + 46] = data[central[0] + 42 : central[0] + 46]  # where the member begins
    (tmp_path / "shared.zip").write_bytes(data)
    found = {located.path: located.refused for located in roots.walk(tmp_path / "shared.zip", "x")}
    assert "does not list" in str(found.pop("shared.zip")), "the member that lost its place in the directory"
    shares = "container member that shares its bytes with another"
    assert found == {"shared.zip!/0.json": shares, "shared.zip!/1.json": shares, "shared.zip!/2.json": None}
    assert {located.refused for located in roots.walk(tmp_path / "usual.zip", "x")} == {None}


def test_json_in_several_members_is_one_content_unless_the_first_is_whole_by_itself():
    content = b'{"Records":[{"a":1},{"a":2}]}'
    split = door.inflate(door.gzip_bytes(content[:9]) + door.gzip_bytes(content[9:]))
    assert (split.content, split.rest, split.flags) == (content, b"", ("container:split",))
    for first, second in ((content, content), (content[:9], b"rubbish"), (b"plain ", b"text")):
        apart = door.inflate(door.gzip_bytes(first) + door.gzip_bytes(second))
        assert (apart.content, apart.rest, apart.flags) == (first, second, ("trailing_content",))


@pytest.mark.parametrize("seconds", [0.0, 1772796000.1234567, 1e9 + 0.9999995, -86400.5])
def test_the_time_of_a_file_is_that_of_the_system_to_the_microsecond(seconds: float):
    told = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    assert roots.Located("root", "a.json.gz", 1, seconds).modified == told


def test_a_file_with_a_time_that_no_calendar_has_is_listed_without_one():
    assert roots.Located("root", "a.json.gz", 1, 9e12).modified is None
