"""What was relied on is asked again, and what is not as it was is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctforensics import cli
from ctforensics.investigation import Case, open_case
from tests.support import small_case
from tests.support.small_case import KEY


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return small_case.make(tmp_path)


def keys(case: Case) -> list[str]:
    return [str(key) for key in case.sql("SELECT event_key FROM events ORDER BY event_time").event_key]


def load_more(case: Case, *minutes: int) -> None:
    case.close()
    records = [small_case.record(n) for n in minutes]
    case.load(small_case.add(case.path.parent / "evidence", "more.json", *records))


def test_nothing_changed_where_the_same_evidence_is_loaded_again(case: Case):
    case.keep(case.ask("actions_by_access_key", access_key_id=KEY, since="2024-05-02"), "what it did")
    case.keep(case.sql("SELECT event_id FROM events WHERE event_name = $name", name="GetBucketAcl"))
    case.notes.finding("ana listed", events_for=keys(case))
    case.close()
    case.folder.database.unlink()
    case.load()
    made = case.recheck()
    assert not made.changed and (made.answers, made.findings, made.objects) == (2, 1, 1)


def test_new_evidence_names_the_answers_that_changed_and_the_findings_that_rely_on_them(case: Case):
    moved = case.keep(case.ask("actions_by_access_key", access_key_id=KEY), "what it did")
    still = case.keep(case.ask("actions_by_access_key", access_key_id=KEY, until="2024-05-02T06:03Z"))
    case.notes.finding("five calls", answers=[moved.id])
    case.notes.finding("three calls", answers=[still.id])
    load_more(case, 30)
    made = case.recheck()
    assert [(c.what, c.id == moved.id) for c in made.changes] == [("answer", True), ("finding", False)]
    assert "5 rows then, 6 now" in made.changes[0].detail and "five calls" in made.changes[1].name


def test_other_rows_of_the_same_number_are_a_change(case: Case):
    kept = case.keep(case.sql("SELECT event_id FROM events ORDER BY event_time DESC LIMIT 2"))
    load_more(case, 30)
    (change,) = case.recheck(evidence=False).changes
    assert change.id == kept.id and "not the same ones" in change.detail


def test_the_order_of_rows_is_no_change(case: Case):
    kept = case.keep(case.sql("SELECT event_id FROM events ORDER BY event_time"))
    turned = case.keep(case.sql("SELECT event_id FROM events ORDER BY event_time DESC"))
    assert kept.data["rows_sha256"] == turned.data["rows_sha256"]


def test_a_snapshot_of_the_timeline_is_counted_again(case: Case):
    from ctforensics.notes import note
    from ctforensics.show import cells
    from ctforensics.show.session import TimelineSession

    session = TimelineSession(case.room)
    case.notes.exhibit(note.span("2024-05-02", "2024-05-03"), "the night", cells.facts(session))
    session.close()
    assert not case.recheck(evidence=False).changed
    load_more(case, 2, 1)  # the same events again: nothing new
    assert not case.recheck(evidence=False).changed


def test_an_event_that_is_gone_is_told_below_its_finding(case: Case):
    case.notes.finding("a call that is nowhere", events_for=["00000000-0000-4000-8000-00000000dead", keys(case)[0]])
    (change,) = case.recheck(evidence=False).changes
    assert change.what == "finding" and "1 of its 2 events" in change.detail


def test_one_flipped_byte_of_the_evidence_is_found(case: Case, tmp_path: Path):
    timeline = case.timeline()
    log = tmp_path / "evidence" / "log.json"
    content = bytearray(log.read_bytes())
    content[100] ^= 1
    log.write_bytes(content)
    (change,) = case.recheck().changes
    assert change.what == "evidence" and "changed" in change.detail and "log.json" in change.name
    assert "log.json" in timeline.desk.answer({"type": "ping"})["stale"]  # an open timeline says so and marks no more


def test_notes_that_were_changed_by_hand_are_told(case: Case):
    case.notes.finding("ana did it")
    notes = case.folder.notes_file
    notes.write_text(notes.read_text("utf-8").replace("ana did it", "bob did it"), "utf-8")
    assert [c.what for c in open_case(case.path).recheck(evidence=False).changes] == ["notes"]


def test_a_question_that_is_gone_is_told_and_does_not_stop_the_rest(case: Case):
    own = case.folder.queries / "own.sql"
    own.write_text(
        '-- /// query\n-- name = "own"\n-- title = "Own"\n-- question = "Which?"\n-- ///\nSELECT event_id FROM events\n'
    )
    fresh = open_case(case.path)
    fresh.keep(fresh.ask("own"))
    fresh.keep(fresh.ask("event_coverage"))
    own.unlink()
    made = open_case(case.path).recheck(evidence=False)
    assert made.answers == 2 and "cannot be asked any more" in made.changes[0].detail and len(made.changes) == 1


def test_the_command_exits_1_where_something_changed(case: Case, capsys: pytest.CaptureFixture[str]):
    case.keep(case.sql("SELECT count(*) AS n FROM events"))
    case.close()
    assert cli.main(["recheck", str(case.path)]) == 0
    assert "Nothing changed" in capsys.readouterr().out
    load_more(case, 30)
    assert cli.main(["recheck", str(case.path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] and told["changes"][0]["what"] == "answer"
