"""What is plainly in order is matched all at once: with the same verdicts as one by one."""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.digest_archive import Archive, codes, shown
from support.digest_cases import CASES, a_log, build, edit, usual

from ctforensics.evidence import door
from ctforensics.verify import placing, plain, reading, spool
from ctforensics.verify import usual as usual_digest
from ctforensics.verify.cases import everything
from ctforensics.verify.plain import Plain
from ctforensics.verify.result import Verification
from ctforensics.verify.run import verify


def told(result: Verification) -> tuple[object, ...]:
    """Everything that a run says, in its order."""
    files = [outcome.to_json() for outcome in result.files]
    assert len(files) == len(result.files) == sum(result.counts["codes"].values())
    return files, result.counts, [finding.to_json() for finding in result.findings], result.authentic, result.complete


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Everything goes the careful way, until it is undone."""

    def nothing(self: Plain, listings: list[Any], logs: list[Any]):
        return [], listings, logs

    with monkeypatch.context() as patch:
        patch.setattr(door, "clean_file", lambda *_: None)
        patch.setattr(usual_digest, "read", lambda *_: None)
        patch.setattr(placing, "plainly", lambda _: None)
        patch.setattr(Plain, "_pairs", nothing)
        yield patch


@pytest.mark.parametrize("name", CASES)
def test_one_by_one_gives_the_same(name: str, tmp_path: Path, one_by_one: pytest.MonkeyPatch):
    archive, _ = build(name)
    careful = told(archive.verify(tmp_path))
    one_by_one.undo()
    assert told(archive.judge(tmp_path)) == careful


def test_a_clean_archive_is_matched_without_judging_files_one_by_one(clean: Archive, tmp_path: Path):
    result = clean.verify(tmp_path)
    assert result.files.plain.count == 16
    assert [o.code for o in result.files.notable()] == []


def test_rows_that_went_to_disk_come_back(clean: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = told(clean.verify(tmp_path))
    monkeypatch.setattr(spool, "_HELD", 3)
    assert told(clean.judge(tmp_path)) == whole


def test_parts_that_are_large_are_matched_in_finer_ones(
    clean: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = told(clean.verify(tmp_path))
    monkeypatch.setattr(spool, "_HELD", 3)
    monkeypatch.setattr(plain, "_AT_ONCE", 0)
    assert told(clean.judge(tmp_path)) == whole


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_threads_change_nothing(jobs: int, clean: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = told(clean.verify(tmp_path))
    monkeypatch.setattr(reading, "_CHUNK", 3)
    monkeypatch.setattr(reading, "_PATIENCE", 0)
    assert told(clean.judge(tmp_path, jobs=jobs)) == whole


def test_what_looks_as_if_it_were_there_twice_is_judged_one_by_one(
    clean: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    clean.verify(tmp_path)
    (tmp_path / "notes.txt").write_text("something else in the bucket")
    whole = told(clean.judge(tmp_path))
    monkeypatch.setattr(spool.Marks, "has", lambda *_: True)
    assert told(clean.judge(tmp_path)) == whole


def test_two_authentic_digests_that_list_other_content_for_one_place_are_a_conflict_though_both_contents_are_here(
    archive: Archive, tmp_path: Path
):
    maker = usual(archive)
    log = a_log(archive, maker, 7)
    sealed = maker.digests[7]
    other = b'{"Records":[{"eventVersion":"1.08","eventName":"Other"}]}'

    def list_both(digest: dict) -> None:
        one = next(entry for entry in digest["logFiles"] if entry["s3Object"] == log[1])
        digest["logFiles"].append({**one, "hashValue": hashlib.sha256(other).hexdigest()})

    edit(archive, sealed, list_both, archive.ring)
    first, second = archive.write(tmp_path / "first"), tmp_path / "second"
    (second / log[1]).parent.mkdir(parents=True)
    (second / log[1]).write_bytes(door.gzip_bytes(other))
    result = verify(
        [*everything(first, "first"), *everything(second, "second")],
        keys=archive.keys(),
        metadata=archive.sink.metadata,
    )
    assert codes(result).get("L_CONFLICT") == 1, shown(result)
    assert result.authentic == "fail"


@pytest.mark.parametrize("bits", [3, 5, 7])
def test_names_that_look_marked_change_nothing_and_each_file_is_told_that_is_counted(
    bits: int, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    archive.hours(archive.maker(), 24, logs=4)
    archive.verify(tmp_path)
    damaged = archive.logs()[50]
    (tmp_path / "copy of a file.json.gz").write_bytes(archive.objects[damaged] + b"\0")
    whole = told(archive.judge(tmp_path))
    monkeypatch.setattr(spool, "zlib", SimpleNamespace(crc32=lambda value: zlib.crc32(value) >> (32 - bits)))
    assert told(archive.judge(tmp_path)) == whole
