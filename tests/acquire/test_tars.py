"""Many small objects in plain tars: as safe, as resumable and as provable as files of their own."""

import errno
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from support import fault_proxy, trail_files
from support.fault_proxy import Fault

from ctforensics.acquire import fetch, rehash, tars
from ctforensics.acquire.fetch import Copied
from ctforensics.case import custody, register
from ctforensics.case import folder as folders
from ctforensics.case.register import EvidenceLine
from ctforensics.cli import main
from ctforensics.export.proofs import Shelf

SOURCE = Path(fetch.__file__).parents[2]
ACCOUNT = "111122223333"


@pytest.fixture
def trail(aws):
    """Two days of digests and logs of one account."""
    made = trail_files.make("trail-bucket", hours=4, every=10)
    aws.fill("trail-bucket", made.objects, made.metadata)
    return made


def members(case):
    """Registered objects by key, and the bytes that a plain tar reader finds for them."""
    found = {}
    for line in register.read(folders.open_folder(case)):
        if line.key is not None:
            place, _, member = line.path.partition("!/")
            with tarfile.open(case / "evidence" / place) as archive:
                found[line.key] = (line, archive.extractfile(member).read())
    return found


def test_each_account_and_day_is_one_plain_tar_and_each_object_has_its_line(trail, acquire, tmp_path):
    code, out, _ = acquire("s3://trail-bucket", "--objects-only", "--tar")
    case = tmp_path / "case"
    assert code == 0 and "12 planned = 12 acquired + 0 present" in out
    files = {p.relative_to(case / "evidence").as_posix() for p in (case / "evidence").rglob("*") if p.is_file()}
    assert files == {f"_tars/trail-bucket/{ACCOUNT}/2024-05-0{day}.tar" for day in (2, 3)}
    assert all(not (case / "evidence" / file).stat().st_mode & 0o222 for file in files)
    found = members(case)
    assert {key: body for key, (_, body) in found.items()} == trail.objects
    for key, (line, body) in found.items():
        assert line.sha256 == hashlib.sha256(body).hexdigest() and line.metadata == trail.metadata.get(key)
    result = rehash.check(folders.open_folder(case))
    assert result.ok and result.objects == 14
    assert not list((case / "acquisition" / "tars").iterdir())


def test_what_lies_in_a_tar_is_present_and_only_what_is_new_makes_another(aws, trail, acquire, tmp_path):
    acquire("s3://trail-bucket", "--objects-only", "--tar")
    key = min(trail.objects)
    aws.client("s3").put_object(Bucket="trail-bucket", Key=key, Body=b"rewritten by somebody")
    for form in (["--tar"], [], ["--tar"]):
        code, out, _ = acquire("s3://trail-bucket", "--objects-only", *form)
        assert code == 0
    assert "12 planned = 0 acquired + 12 present" in out
    case = folders.open_folder(tmp_path / "case")
    kept = [line for line in register.read(case) if line.key == key]
    assert len(kept) == 2 and kept[0].path.split("!/")[1] != kept[1].path.split("!/")[1]
    assert sorted(p.name for p in (case.evidence / "_tars").rglob("*.tar"))[:2] == [
        "2024-05-02-2.tar",
        "2024-05-02.tar",
    ]
    assert rehash.check(case).ok


def test_tars_are_proven_complete_and_loaded_with_the_network_off(aws, acquire, tmp_path, capsys, monkeypatch):
    made = trail_files.make("trail-bucket", account="123456789012", hours=5)
    aws.fill("trail-bucket", made.objects, made.metadata)
    aws.public_keys = trail_files.KEYS.public_keys()["Regions"]
    aws.client("cloudtrail").create_trail(
        Name="main", S3BucketName="trail-bucket", IsMultiRegionTrail=True, EnableLogFileValidation=True
    )
    code, _, err = acquire("s3://trail-bucket", "--tar", "--region", "us-east-1")
    assert code == 0, err

    def refuse(*_):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    case = str(tmp_path / "case")
    window = ("--since", "2024-05-02T06:00Z", "--until", "2024-05-02T11:00Z")
    assert main(["verify", case, "--json", *window]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["authentic"], told["complete"]) == ("ok", True), told["findings"]
    assert sorted(entry["code"] for entry in told["files"]) == ["D_OK"] * 5 + ["L_OK"] * 10
    assert main(["load", case]) == 0
    capsys.readouterr()
    main(["status", case, "--json"])
    status = json.loads(capsys.readouterr().out)
    assert status["events"] == 10 and status["rejects"] == 0
    folder = folders.open_folder(tmp_path / "case")
    shelf = Shelf(folder)
    for line in (line for line in register.read(folder) if line.key):
        held = shelf.opened("evidence", line.path)
        assert held and held.content_sha256 == line.content_sha256, "an exhibit's proof opens it where it lies"


def test_custody_names_the_member_that_was_changed(trail, acquire, tmp_path):
    acquire("s3://trail-bucket", "--objects-only", "--tar")
    case = folders.open_folder(tmp_path / "case")
    line = next(line for line in register.read(case) if line.key)
    place, _, member = line.path.partition("!/")
    tar = case.evidence / place
    with tarfile.open(tar) as archive:
        at = archive.getmember(member).offset_data
    tar.chmod(0o644)
    with tar.open("r+b") as stream:
        stream.seek(at)
        stream.write(b"edited")
    words = {(d.word, d.path) for d in rehash.check(case).differences}
    assert words == {("changed", place), ("changed", line.path)}


def test_a_run_that_was_killed_loses_nothing_that_it_had_packed(aws, trail, tmp_path, capsys):
    with fault_proxy.running(aws.url) as proxy:
        proxy.rule = lambda method, path, before: Fault(pause=0.4) if "/AWSLogs/" in path else None
        command = ["acquire", str(tmp_path / "case"), "s3://trail-bucket", "--endpoint-url", proxy.url]
        command += ["--objects-only", "--tar", "--jobs", "1"]
        process = subprocess.Popen(
            [sys.executable, "-m", "ctforensics", *command],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        index, deadline = tmp_path / "case" / "acquisition" / "tars", time.monotonic() + 60
        while sum(file.read_bytes().count(b"\n") for file in index.glob("*.jsonl")) < 4:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        case = folders.open_folder(tmp_path / "case")
        assert not list(case.evidence.rglob("*.tar")), "an unfinished tar is no evidence"
        proxy.rule = lambda *_: None
        code = main(command)
    printed = capsys.readouterr()
    assert code == 0 and "objects of an earlier run that was killed" in printed.err
    assert " 0 present" not in printed.out
    assert {key: body for key, (_, body) in members(tmp_path / "case").items()} == trail.objects
    assert rehash.check(case).ok and custody.verify(case).ok
    assert '"state":"recovered"' in case.custody_file.read_text()


def test_a_full_disk_refuses_the_batch_and_leaves_whole_tars(trail, acquire, tmp_path, monkeypatch):
    genuine, calls = tars._write, []

    def full(stream, data):
        calls.append(data)
        if len(calls) == 6:
            stream.write(data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        genuine(stream, data)

    monkeypatch.setattr(tars, "_write", full)
    monkeypatch.setattr("ctforensics.acquire.bucket.BATCH", 2)
    code, out, err = acquire("s3://trail-bucket", "--objects-only", "--tar", "--jobs", "1")
    assert code == 2 and "the disk is full" in err and "12 planned = " in out and "refused: the disk is full" in out
    monkeypatch.setattr(tars, "_write", genuine)
    code, out, _ = acquire("s3://trail-bucket", "--objects-only", "--tar")
    assert code == 0
    assert {key: body for key, (_, body) in members(tmp_path / "case").items()} == trail.objects
    assert rehash.check(folders.open_folder(tmp_path / "case")).ok


def test_hostile_keys_in_tars_are_names_that_extract_inside(aws, acquire, tmp_path):
    hostile = ["../../escape.json", "a//b", "x" * 900, "ün/ïcode", "Log", "log", "Log/below", "x.tar!/y", "end. "]
    aws.fill("hostile", {key: f"{number}".encode() for number, key in enumerate(hostile)})
    code, _, _ = acquire("s3://hostile", "--objects-only", "--tar")
    listed = {o["Key"] for o in aws.client("s3").list_objects_v2(Bucket="hostile")["Contents"]}
    found = members(tmp_path / "case")
    assert code == 0 and set(found) == listed
    for line, _ in found.values():
        parts = line.path.partition("!/")[2].split("/")
        assert parts[0] == "hostile" and not {"", ".", ".."} & set(parts)
    assert rehash.check(folders.open_folder(tmp_path / "case")).ok


class TestGrowing:
    @pytest.fixture
    def case(self, tmp_path):
        return folders.create(tmp_path / "case")

    def object(self, name, body=b"body", on_disk=None):
        line = EvidenceLine(
            "evidence", f"b/{name}", len(body), hashlib.sha256(body).hexdigest(), bucket="b", key=name, etag="e"
        )
        if on_disk is None:
            return Copied(line, None, body)
        on_disk.write_bytes(body)
        return Copied(line, str(on_disk))

    def test_what_the_index_does_not_name_is_cut_off(self, case):
        growing = tars.Tars(case)
        growing.add([self.object("one"), self.object("two")])
        (tar,) = growing.partial.glob("*.tar")
        with tar.open("ab") as stream:
            stream.write(b"half a member" * 99)
        with tar.with_suffix(".jsonl").open("ab") as stream:
            stream.write(b'{"end": 99999, "li')
        assert tars.recover(case) == 2 and tars.recover(case) == 0
        (placed,) = case.evidence.rglob("*.tar")
        with tarfile.open(placed) as archive:
            assert archive.getnames() == ["b/one", "b/two"]

    def test_finishing_twice_is_finishing_once(self, case, monkeypatch):
        tars.Tars(case).add([self.object("one")])

        def killed(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(tars, "place_file", killed)
        with pytest.raises(KeyboardInterrupt):
            tars.recover(case)
        monkeypatch.undo()
        assert tars.recover(case) == 1
        assert {line.path for line in register.read(case)} == {
            "_tars/b/other/undated.tar",
            "_tars/b/other/undated.tar!/b/one",
        }

    def test_a_tar_ends_where_a_load_would_need_too_much_memory(self, case, monkeypatch):
        monkeypatch.setattr(tars, "MOST", 4096)
        growing = tars.Tars(case)
        for number in range(12):
            growing.add([self.object(f"{number:02}", b"x" * 600)])
        growing.seal()
        assert growing.sealed == 4
        assert all(file.stat().st_size < 8192 for file in case.evidence.rglob("*.tar"))

    def test_more_tars_than_open_files_and_objects_from_disk(self, case, tmp_path, monkeypatch):
        monkeypatch.setattr(tars, "OPEN", 2)
        growing, days = tars.Tars(case), [f"2024-05-{day:02}T00:00:00Z" for day in range(1, 6)] * 2
        for number, day in enumerate(days):
            copied = self.object(f"{number}", f"{number}".encode() * 700, tmp_path / "temporary")
            line = EvidenceLine(
                **{**{n: getattr(copied.line, n) for n in EvidenceLine.__slots__}, "last_modified": day}
            )
            growing.add([Copied(line, copied.temporary)])
        growing.seal()
        held = {}
        for tar in case.evidence.rglob("*.tar"):
            with tarfile.open(tar) as archive:
                held |= {name: archive.extractfile(name).read() for name in archive.getnames()}
        assert held == {f"b/{n}": f"{n}".encode() * 700 for n in range(10)}

    def test_a_batch_that_fails_leaves_nothing_in_any_tar_that_it_reached(self, case, monkeypatch):
        monkeypatch.setattr(tars, "OPEN", 2)
        growing, days = tars.Tars(case), [f"2024-05-{day:02}T00:00:00Z" for day in range(1, 6)]

        def batch(mark):
            return [
                replace(o, line=replace(o.line, last_modified=d))
                for d in days
                for o in [self.object(f"{mark}{d[:10]}")]
            ]

        growing.add(batch("kept "))
        genuine, synced = os.fsync, []

        def full(descriptor):
            synced.append(descriptor)
            if len(synced) == 6:  # two tars and their indexes are synced by now
                raise OSError(errno.ENOSPC, "No space left on device")
            genuine(descriptor)

        for fails in (full, genuine):
            monkeypatch.setattr(tars.os, "fsync", fails)
            with suppress(OSError):
                growing.add(batch("lost ") if fails is full else batch("more "))
        growing.seal()
        held = []
        for tar in case.evidence.rglob("*.tar"):
            with tarfile.open(tar) as archive:
                held += archive.getnames()
        registered = [line.path.partition("!/")[2] for line in register.read(case) if line.key]
        assert (
            sorted(held)
            == sorted(registered)
            == sorted(f"b/{mark} {d[:10]}" for mark in ("kept", "more") for d in days)
        )
