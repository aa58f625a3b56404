"""The words about integrity: numbers that agree with themselves, and nothing reassuring where nothing is proven."""

import json
from datetime import datetime

import pytest

from ctforensics.investigation import new_case
from ctforensics.reports import integrity
from ctforensics.reports.held import Held, Rows
from tests.support import small_case
from tests.support.digest_archive import FIRST, HOUR, Archive


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"unknown": 55}, "Nothing proven: none of the 55 files can be proven"),
        ({"unknown": 1}, "Nothing proven: the one file cannot be proven"),
        ({"unknown": 1, "ok": 1361}, "Not fully proven: 1 of 1,362 files cannot be proven"),
    ],
)
def test_the_headline_of_open_files_says_when_nothing_at_all_is_proven(counts, said):
    assert integrity._open_headline(counts, counts.get("ok", 0)) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("ok", "L_OK", "log", 3)], "3 files were checked; hours"),
        (
            [("ok", "L_OK", "log", 3), ("unknown", "L_UNLISTED_UNCOVERED", "log", 2)],
            "5 files were checked, 2 of them could not",
        ),
        ([("unknown", "L_UNLISTED_UNCOVERED", "log", 1)], "1 file was checked, it could not be proven; hours"),
    ],
)
def test_that_no_file_contradicts_the_digests_stands_beside_how_many_could_not_be_proven(rows, said):
    assert integrity._checked(Rows([], rows, None)).startswith(said)


def test_logs_without_any_digest_are_called_unproven_in_every_sentence(tmp_path):
    case = small_case.make(tmp_path)
    case.verify()
    held = Held(case)
    verdict = integrity.verdict(held).data
    assert (verdict["level"], verdict["headline"]) == ("unknown", "Nothing proven: the one file cannot be proven")
    told = str([piece.data for piece in integrity.section(held).items])
    assert "it could not be proven" in told and "Authentic: all" not in told
    assert "No file contradicts the digests" not in told and "No digest vouches for a file here" in told
    assert "Complete against" not in integrity.completeness(held).data["headline"]
    case.close()


def test_an_account_and_region_without_any_digest_is_called_that_and_not_a_gap(tmp_path):
    case = small_case.make(tmp_path, events=0)
    name = "111122223333_CloudTrail_us-east-1_20240502T0605Z_abcdefghijklmnop.json"
    case.load(small_case.add(tmp_path / "evidence", name, small_case.record(1)))
    case.verify()
    said = integrity.completeness(Held(case)).data["headline"]
    assert said == "Incomplete: no authentic digest is here for 1 account and region"
    case.close()


def test_a_finding_about_a_chain_keeps_the_verdict_from_being_plainly_ok(tmp_path):
    archive = Archive()
    maker = archive.maker()
    archive.hours(maker, 3)
    maker.close_hour(FIRST + 3 * HOUR, start=FIRST + HOUR)
    case = new_case(tmp_path / "case")
    case.add_evidence(archive.write(tmp_path / "mirror"), label="mirror")
    (tmp_path / "keys.json").write_text(json.dumps(archive.ring.public_keys()))
    (tmp_path / "heads.json").write_text(json.dumps(archive.sink.metadata))
    result = case.verify(public_keys=tmp_path / "keys.json", metadata=tmp_path / "heads.json")
    case.load(jobs=1)
    verdict = integrity.verdict(Held(case)).data
    assert (result.authentic, verdict["level"]) == ("anomaly", "anomaly")
    assert "1 finding about chains" in str(verdict)
    case.close()


def test_events_of_another_account_than_the_files_stand_under_are_told_beside_completeness(tmp_path):
    case = small_case.make(tmp_path, events=0)
    name = "444455556666_CloudTrail_us-east-1_20240502T0605Z_abcdefghijklmnop.json"
    case.load(small_case.add(tmp_path / "evidence", name, small_case.record(1), small_case.record(2)))
    assert "nothing was verified" not in str(integrity.completeness(Held(case)).data)
    case.verify()
    said = str(integrity.completeness(Held(case)).data)
    assert "2 of 2 events are of account 111122223333, for which nothing was verified" in said
    assert "the files that were judged stand under 444455556666" in said
    case.close()


def test_completeness_says_when_hours_are_missing_or_not_proven(story_case):
    said = integrity.completeness(Held(story_case("trail_stopped"))).data["sentences"]
    assert (
        "10 hours, counted for each account, region and trail, are missing in whole or in part: 2026-03-03T01:00:00Z to 2026-03-03T06:00:00Z."
        in said
    )
    spans = [
        {"state": "missing", "since": datetime(2026, 3, n, 1), "until": datetime(2026, 3, n, 2)} for n in range(1, 6)
    ]
    told = integrity._when("missing", spans)
    assert told.count(" to ") == integrity.MOST_SPANS and told.endswith(" and others until 2026-03-05T02:00:00Z")
