"""What the timeline writes for other tools."""

from __future__ import annotations

import duckdb
import pytest

from ctforensics.errors import CaseError
from ctforensics.show import exporting, files, page
from ctforensics.show.exporting import disarmed
from ctforensics.show.session import TimelineSession
from tests.support import synthetic_case


def test_a_cell_holds_no_formula_and_no_code_that_a_terminal_or_editor_obeys():
    assert disarmed(" =cmd|'/C calc'!A0") == "' =cmd|'/C calc'!A0"
    assert disarmed("a\x1b]0;t\x07\u202e\x00\x9b") == "a\\x1b]0;t\\x07\\u202e\\x00\\x9b"
    assert disarmed(None) == ""


@pytest.fixture
def session(tmp_path):
    access = synthetic_case.Access(synthetic_case.make(tmp_path / "case.duckdb", events=300))
    yield TimelineSession(access)
    access.close()


def test_a_csv_without_events_still_names_its_columns(session, tmp_path):
    session.change(where=[{"field": "actor", "is": ["nobody"]}])
    made = exporting.export(session, tmp_path, "csv")
    assert made.events == 0
    assert (tmp_path / made.name).read_text("utf-8").startswith("event_time,event_id,event_key,")


def test_an_export_that_fails_leaves_no_file_and_keeps_an_earlier_one(session, tmp_path, monkeypatch):
    target = tmp_path / "timeline.csv"
    target.write_text("earlier", "utf-8")

    def broken(waiting):
        waiting.write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(CaseError, match="No space left"):
        files.written(target, broken)
    assert target.read_text("utf-8") == "earlier"
    assert [each.name for each in tmp_path.glob(".timeline*")] == []


def test_records_need_a_case_folder(session, tmp_path):
    with pytest.raises(CaseError, match="evidence of a case folder"):
        exporting.export(session, tmp_path, "jsonl")


def test_the_longest_text_of_a_finding_reaches_a_chart_cut(tmp_path):
    path = synthetic_case.make(tmp_path / "case.duckdb", events=50)
    con = duckdb.connect(str(path))
    con.execute("UPDATE findings SET detail = repeat('x', 1000000)")
    con.close()
    access = synthetic_case.Access(path)
    noted = page.datasets(TimelineSession(access))["noted"]
    access.close()
    assert noted and all(len(each["text"]) < 400 for each in noted)
