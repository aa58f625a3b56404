"""Faults of the machine under a load: a full disk, files that may not be read, that vanish, grow, shrink or turn into something else."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.errors import ForensicsError
from ctforensics.evidence import roots
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.originals.records import records
from tests.load.loading_desk import record
from tests.load.test_safe import rows_of

HERE = Path(__file__).resolve().parents[2]
unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows only: no such limits, modes and links there")
LIMITED = """
import resource, signal, sys
from ctforensics.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
sys.exit(main(["load", sys.argv[1], "--jobs", sys.argv[3]]))
"""


def fill(desk, files=60):
    for n in range(files):
        members = [record(n * 20 + k, userAgent=f"{n * 7919 + k * 104729:0200d}") for k in range(20)]
        desk.put(f"{n:03d}.json", json.dumps({"Records": members}, separators=(",", ":")))


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE / "src"), str(HERE)))}


def whole(desk, place):
    other = case_folder.create(place)
    add_root(other, desk.evidence, "mirror")
    load(other)
    return rows_of(other)


@unix
@pytest.mark.parametrize(("size", "jobs"), [(4_000, 1), (4_000, 2), (60_000, 1), (400_000, 2), (2_000_000, 1)])
def test_a_file_that_cannot_grow_is_one_sentence_and_the_next_load_finishes(desk, tmp_path, size, jobs):
    """A real fault of the system, wherever it comes: in the register, in the database, in its log."""
    fill(desk)
    command = [sys.executable, "-c", LIMITED, str(desk.case.path), str(size), str(jobs)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("ctforensics:")]
    assert told and "Traceback" not in done.stderr
    assert not desk.case.database.exists()
    desk.load()
    assert rows_of(desk.case) == whole(desk, tmp_path / "whole")


def _mounted(place, size):
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    return shutil.which("mount") and not subprocess.run(command, capture_output=True, check=False).returncode


@unix
def test_a_disk_that_is_full_is_one_sentence_and_the_load_goes_on_when_there_is_room(desk, tmp_path):
    disk = tmp_path / "disk"
    if not _mounted(disk, "2m"):
        pytest.skip(
            "Windows only: a small disk can only be mounted by root; the limit of a file's size is tested above"
        )
    try:
        fill(desk)
        case = case_folder.create(disk / "case")
        add_root(case, desk.evidence, "mirror")
        with pytest.raises(ForensicsError, match=r"cannot be written|Cannot write") as told:
            load(case, jobs=1)
        assert "make room on the disk" in str(told.value.hint) or "No space left" in told.value.message
        assert not case.database.exists()
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        load(case, jobs=1)
        assert rows_of(case) == whole(desk, tmp_path / "whole")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.fixture
def stranger():
    """A desk of somebody who is not root, since root may read everything. Everything was imported before."""
    place = Path(tempfile.mkdtemp())
    was = os.geteuid()
    from tests.load.loading_desk import Desk

    (place / "warm").mkdir()
    warm = Desk(place / "warm")
    warm.put("a.json", {"Records": [record(1)]})
    warm.load()
    (place / "cold").mkdir()
    desk = Desk(place / "cold")
    if was == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, 65534, 65534)
        os.seteuid(65534)
    yield desk
    if was == 0:
        os.seteuid(0)
    for path in place.rglob("*"):
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(place)


@unix
def test_what_may_not_be_read_is_a_reject_and_the_rest_loads(stranger):
    desk = stranger
    desk.put("good.json", {"Records": [record(1)]})
    desk.put("secret.json", {"Records": [record(2)]}).chmod(0)
    desk.put("closed/inner.json", {"Records": [record(3)]}).parent.chmod(0)
    result = desk.load(jobs=1)
    assert (result.events, result.rejects, result.balanced) == (1, {"not_opened": 2}, True)
    assert desk.rows("SELECT path, detail FROM rejects JOIN files USING (file_no) ORDER BY 1") == [
        ("closed", "Not opened: folder cannot be read: Permission denied."),
        ("secret.json", "Cannot be read: Permission denied."),
    ]
    (desk.evidence / "secret.json").chmod(0o600)
    (desk.evidence / "closed").chmod(0o700)
    assert desk.load(jobs=1).events == 3


@unix
def test_a_case_folder_that_may_not_be_written_is_one_sentence(stranger):
    desk = stranger
    desk.put("good.json", {"Records": [record(1)]})
    desk.case.path.chmod(0o500)
    with pytest.raises((ForensicsError, OSError)) as told:
        desk.load(jobs=1)
    assert "ermission denied" in str(told.value) or "cannot be written" in str(told.value)


def meddling(monkeypatch, act):
    """Does something to the evidence between the listing and the reading."""
    walk = roots.walk

    def walked(*args):
        found = list(walk(*args))
        act()
        yield from found

    monkeypatch.setattr(roots, "walk", walked)


LINE = json.dumps(record(2), separators=(",", ":")) + "\n"
BEFORE = {
    "it is deleted": lambda file: file.unlink(),
    "it becomes a folder": lambda file: (file.unlink(), file.mkdir()),
    "it becomes a link": lambda file: (file.unlink(), file.symlink_to("/etc/passwd")),
    "it becomes a pipe": lambda file: (file.unlink(), os.mkfifo(file)),
    "its folder is deleted": lambda file: shutil.rmtree(file.parent),
}


@unix
@pytest.mark.parametrize("change", BEFORE)
def test_a_file_that_is_another_thing_by_the_time_it_is_opened_is_a_reject(desk, monkeypatch, change):
    desk.put("good.json", {"Records": [record(1)]})
    file = desk.put("sub/fleeting.json", LINE)
    with monkeypatch.context() as patched:
        meddling(patched, lambda: BEFORE[change](file))
        result = desk.load(jobs=1)
    assert (result.events, result.rejects, result.balanced) == (1, {"not_opened": 1}, True)
    assert desk.rows("SELECT outcome FROM files ORDER BY path") == [("loaded",), ("rejected",)]


@pytest.mark.parametrize("more", [1, 5000])
def test_a_file_that_grew_since_it_was_listed_is_taken_as_it_was_read(desk, monkeypatch, more):
    file = desk.put("growing.json", LINE)
    grown = LINE + "".join(json.dumps(record(n)) + "\n" for n in range(10, 10 + more))
    with monkeypatch.context() as patched:
        meddling(patched, lambda: file.write_text(grown))
        result = desk.load(jobs=1)
    assert (result.events, result.rejects, result.balanced) == (1 + more, {}, True)
    again = desk.load(jobs=1)
    assert (again.new_files, again.events, again.findings) in [(0, 1 + more, ()), (1, 1 + more, ())]
    assert desk.rows("SELECT size FROM files") == [(len(grown),)]


def test_a_file_that_shrank_since_it_was_listed_gives_what_is_left(desk, monkeypatch):
    text = json.dumps({"Records": [record(n) for n in range(10)]})
    file = desk.put("shrinking.json", text)
    with monkeypatch.context() as patched:
        meddling(patched, lambda: file.write_text(text[: len(text) // 2]))
        result = desk.load(jobs=1)
    assert result.rejects == {"truncated": 1}
    assert 0 < result.events < 10 and result.balanced


@pytest.mark.filterwarnings("ignore:.*records were rebuilt")
def test_evidence_that_is_written_while_it_is_read_loses_nothing_in_the_end(desk):
    """A collector goes on writing; each load takes what is there, and the last one has everything."""
    file, stop = desk.evidence / "live.jsonl", threading.Event()
    lines = [json.dumps(record(n), separators=(",", ":")) for n in range(3000)]

    def collect():
        with open(file, "w", encoding="utf-8") as stream:
            for line in lines:
                stream.write(line + "\n")
                if stop.wait(0.0003):
                    break

    file.touch()
    writer = threading.Thread(target=collect)
    writer.start()
    for _ in range(3):
        result = desk.load(jobs=1)
        assert result.balanced
    writer.join()
    last = desk.load(jobs=1)
    assert last.balanced and last.events == 3000
    assert {r["eventID"] for r in records(desk.case) if "eventID" in r} >= {f"id-{n}" for n in range(3000)}
    assert {f["code"] for f in last.findings} <= {"EVIDENCE_CHANGED"}


@unix
def test_folders_that_loop_through_links_are_listed_once_and_end(desk):
    desk.put("a/b/good.json", {"Records": [record(1)]})
    (desk.evidence / "a" / "b" / "up").symlink_to("../..", target_is_directory=True)
    (desk.evidence / "a" / "itself").symlink_to(".", target_is_directory=True)
    (desk.evidence / "left").symlink_to("right")
    (desk.evidence / "right").symlink_to("left")
    (desk.evidence / "dangling").symlink_to("nowhere")
    result = desk.load()
    assert (result.events, result.rejects) == (1, {"not_opened": 5})
    assert desk.rows("SELECT count(*) FROM files") == [(6,)]


def test_a_database_that_somebody_damaged_is_one_sentence(desk):
    desk.put("a.json", {"Records": [record(1)]})
    desk.load()
    data = bytearray(desk.case.database.read_bytes())
    data[8192:40000] = b"\xff" * (40000 - 8192)
    desk.case.database.write_bytes(data)
    desk.put("b.json", {"Records": [record(2)]})
    with pytest.raises(ForensicsError, match="The database cannot be written"):
        desk.load()
    desk.case.database.unlink()
    assert desk.load().events == 2
    with duckdb.connect(str(desk.case.database), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM events").fetchone() == (2,)
