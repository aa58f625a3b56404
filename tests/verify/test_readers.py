"""Processes that read change nothing but the time that it takes."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.digest_archive import BUCKET, Archive
from support.digest_cases import a_log, place, usual

from ctforensics.errors import EvidenceError
from ctforensics.evidence.child import Child
from ctforensics.evidence.door import Limits
from ctforensics.verify import readers, reading
from ctforensics.verify.readers import Reader
from ctforensics.verify.result import Verification


def told(result: Verification) -> tuple[object, ...]:
    return result.to_json(), list(result.summary())


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Reader]:
    """The readers of a run, which begin at once: nothing is read before all of them are ready."""
    everyone: list[Reader] = []
    really = readers.begin

    def begin(jobs: int, limits: Limits) -> list[Reader]:
        found = really(jobs, limits)
        everyone.extend(found)
        assert all(reader.settled.wait(120) for reader in found)
        return found

    monkeypatch.setattr(readers, "ENOUGH", 1)
    monkeypatch.setattr(readers, "begin", begin)
    monkeypatch.setattr(reading, "_CHUNK", 3)
    return everyone


def hostile(archive: Archive, folder: Path) -> Path:
    """A tree with everything in it that somebody may put there."""
    maker = usual(archive)
    logs = [a_log(archive, maker, hour) for hour in range(7)]
    digests = [place(sealed) for sealed in maker.digests]
    stored, content = archive.objects, archive.content(digests[3])
    stored[logs[0]] = gzip.compress(b"\0" * (32 << 20), mtime=0)
    stored[logs[1]] += gzip.compress(b'{"Records":[{"eventVersion":"1.08"}]}', mtime=0)
    stored[logs[2]] = archive.content(logs[2])
    stored[logs[3]] = stored[logs[3]][:-8] + b"abcdefgh"
    stored[logs[4]] = b""
    archive.put(digests[3], content.replace(b'"digestEndTime"', b'"digestEndTimes"'))
    archive.put(digests[4], archive.content(digests[4]) + b" " * 300_000)
    archive.put(digests[5], archive.content(digests[5])[:-1] + b',"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    stored[BUCKET, "copies/again.bin"] = stored[logs[6]]
    archive.extra = {
        "notes.txt": b"hello",
        "x/result_sign.json": b'{"files":[],"hashSignature":"00"}',
        "x/odd.zip": b"PK",
    }
    archive.write(folder)
    (folder / logs[5][1]).unlink()
    (folder / logs[5][1]).symlink_to("/etc/passwd")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe_CloudTrail_.json.gz")
    with open(os.fsencode(folder) + b"/bad\xff\x1b[31m.json", "wb") as stream:
        stream.write(b'{"Records":[{"eventVersion":"1.08"}]}')
    return folder


@pytest.mark.parametrize("make", [hostile, lambda archive, folder: (usual(archive), archive.write(folder))[1]])
def test_a_hostile_tree_and_a_clean_one_have_the_same_verdicts_with_and_without_them(
    make: Callable[[Archive, Path], Path], archive: Archive, tmp_path: Path, begun: list[Reader]
):
    make(archive, tmp_path)
    alone = told(archive.judge(tmp_path, jobs=1))
    assert begun == []
    assert told(archive.judge(tmp_path, jobs=2)) == alone
    assert [reader.ready for reader in begun] == [True, True]


def test_they_count_what_was_read_and_end_with_the_run(clean: Archive, tmp_path: Path, begun: list[Reader]):
    counted: list[int] = []
    clean.verify(tmp_path, jobs=2, progress=counted.append)
    assert counted == [*range(3, 24, 3), 24]
    assert all(reader.has_ended for reader in begun)


def test_whoever_interrupts_a_run_leaves_none_behind(clean: Archive, tmp_path: Path, begun: list[Reader]):
    def interrupt(number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clean.verify(tmp_path, jobs=2, progress=interrupt)
    assert len(begun) == 2
    assert all(reader.has_ended for reader in begun)


def test_one_that_dies_is_told_in_a_sentence(
    clean: Archive, tmp_path: Path, begun: list[Reader], monkeypatch: pytest.MonkeyPatch
):
    really = Reader.ask
    monkeypatch.setattr(Reader, "ask", lambda reader, chunk: (reader._child.kill(), really(reader, chunk)))
    with pytest.raises(EvidenceError, match="A process that reads evidence ended") as caught:
        clean.verify(tmp_path, jobs=2)
    assert "--jobs 1" in str(caught.value.hint)
    assert all(reader.has_ended for reader in begun)


@pytest.mark.parametrize("executable", ["", "/nowhere/python", "/bin/true", "/bin/echo"])
def test_where_no_interpreter_can_be_begun_this_process_reads(
    executable: str, clean: Archive, tmp_path: Path, begun: list[Reader], monkeypatch: pytest.MonkeyPatch
):
    alone = told(clean.verify(tmp_path, jobs=1))
    monkeypatch.setattr(sys, "executable", executable)
    assert told(clean.judge(tmp_path, jobs=2)) == alone
    assert not any(reader.ready for reader in begun)


def test_few_files_begin_none(clean: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Child, "__init__", None)
    assert clean.verify(tmp_path, jobs=2).counts["proven"] == 24
