"""A narrow verification has the last word on what it was asked about, and on nothing else."""

import gzip
from datetime import timedelta
from pathlib import Path

from support.digest_archive import FIRST, HOUR, Archive, record
from support.digest_cases import a_log, usual

from ctforensics.cli import status as status_command


def test_a_narrow_run_after_a_whole_one_leaves_the_verdicts_on_the_rest(loaded, archive: Archive):
    usual(archive)
    case = loaded(archive)
    before = case.states()
    case.case.verify(since=FIRST + 2 * HOUR, until=FIRST + 4 * HOUR)
    assert dict(case.rows("SELECT verification, count(*) FROM files GROUP BY 1")) == {"ok": 24}
    assert case.states() == before
    status = case.case.status()
    assert [run.partition(": ")[2] for run in status["verification_runs"]] == [
        "delivered 2024-03-09T22:17:28Z to 2024-03-10T00:17:28Z",
        "delivered 2024-03-09T19:17:28Z to 2024-03-10T03:17:28Z",
    ]
    assert any("of every file the newest verdict counts" in line for line in status_command.lines(status))


def test_what_a_narrow_run_finds_replaces_what_the_whole_one_said(loaded, archive: Archive, tmp_path: Path):
    maker = usual(archive)
    log = a_log(archive, maker, 3)
    case = loaded(archive)
    altered = archive.content(log).replace(b"Example", b"Exempel") + b" "
    (tmp_path / "mirror" / log[1]).write_bytes(gzip.compress(altered))
    case.case.verify(since=FIRST + 2 * HOUR, until=FIRST + 4 * HOUR)
    assert case.rows("SELECT code, count(*) FROM verifications WHERE kind = 'log' GROUP BY 1 ORDER BY 1") == [
        ("L_HASH", 1),
        ("L_OK", 15),
    ]
    (tmp_path / "mirror" / log[1]).write_bytes(archive.objects[log])
    case.case.verify(since=FIRST + 2 * HOUR, until=FIRST + 4 * HOUR)
    assert case.rows("SELECT DISTINCT code FROM verifications WHERE kind = 'log'") == [("L_OK",)]


def test_only_verified_takes_what_any_run_proved_last(loaded, archive: Archive, tmp_path: Path):
    usual(archive)
    case = loaded(archive).case
    case.verify(since=FIRST + 2 * HOUR, until=FIRST + 3 * HOUR)
    case.close()
    case.folder.database.unlink()
    result = case.load(only_verified=True, jobs=1)
    assert result is not None
    assert case.status()["integrity"] == {"ok": 16}


def test_files_that_no_run_has_seen_are_counted(loaded, archive: Archive, tmp_path: Path):
    usual(archive)
    case = loaded(archive)
    assert case.case.status()["files_never_verified"] == 0
    late = archive.maker()
    late.deliver([record(FIRST + 9 * HOUR, "late")], FIRST + 9 * HOUR, listed=False)
    archive.write(tmp_path / "mirror")
    case.case.load(jobs=1)
    status = case.case.status()
    assert status["files_never_verified"] == 1
    assert any("1 log file that no verification has seen" in line for line in status_command.lines(status))
    case.case.verify()
    assert case.case.status()["files_never_verified"] == 0


def test_a_file_that_a_run_judged_before_it_was_loaded_has_its_verdict(loaded, archive: Archive, tmp_path: Path):
    usual(archive)
    case = loaded(archive)
    copy = next((tmp_path / "mirror").rglob("*_CloudTrail_*.json.gz"))
    (tmp_path / "mirror" / "renamed.json.gz").write_bytes(copy.read_bytes())
    case.case.load(jobs=1)
    assert case.rows("SELECT verification FROM files WHERE path = 'renamed.json.gz'") == [("ok",)]


def test_a_forged_log_file_that_is_named_as_insights_is_told(loaded, archive: Archive):
    maker = archive.maker()
    archive.hours(maker, 3)
    maker.deliver([record(FIRST, "forged")], FIRST - timedelta(minutes=20), listed=False, kind="CloudTrail-Insight")
    case = loaded(archive)
    status = case.case.status()
    assert (status["files_beyond_digests"], status["files_posing_as_other_kinds"]) == (1, 1)
    assert case.rows("SELECT verification FROM events WHERE event_id = 'forged'") == [("not_checked",)]
