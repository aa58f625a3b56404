"""Every figure of a report is what its statement gives when it is run again, with the values that stand beside it."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from ctforensics.reports import CaseReport
from ctforensics.reports.cells import as_cell
from ctforensics.reports.held import Held
from tests.support import made_reports, small_case

pytestmark = pytest.mark.timeout(900)
_SECTION, _TABLE, _CHART = (f"application/vnd.ctforensics.{kind}+json" for kind in ("section", "table", "chart"))


def pieces_of(notebook: Path) -> list[dict]:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return [o["data"] for c in cells for o in c.get("outputs", []) if "data" in o]


def run_again(case, sql, held):
    """The statement as a reader would run it: the text, and the values as they stand in the report."""
    assert set(duckdb.extract_statements(sql)[0].named_parameters) == set(held["params"]), held["label"]
    columns, _, rows, _ = case.room.sql(sql, held["params"])
    return columns, rows


def statements_of(found):
    told = [d[_SECTION] for d in found if "statement" in d.get(_SECTION, {})]
    return {d["statement"]["label"]: (d["code"], d["statement"]) for d in told}


@pytest.mark.parametrize(
    ("story", "report"),
    [
        pytest.param(story, report, marks=made_reports.together(story, report))
        for story, report in (*sorted(made_reports.WHOLE), ("s3_exposure", "s3_exposure"))
    ],
)
def test_every_number_and_every_row_is_there_again_when_its_statement_is_run(story_case, made_report, story, report):
    case = story_case(story)
    found = pieces_of(made_report(story, report).files[".ipynb"])
    again = {}
    for label, (sql, held) in statements_of(found).items():
        columns, rows = run_again(case, sql, held)
        assert len(rows) == held["rows"], label
        assert held["value"] is None or rows[0][0] == held["value"], label
        again[label] = [dict(zip(columns, row, strict=True)) for row in rows]
    assert len(again) > 10 and any(held["params"] for _, held in statements_of(found).values())
    checked = 0
    for table in (t for d in found for t in (d.get(_TABLE), d.get(_CHART, {}).get("table")) if t):
        source = re.match(r"Source: (S\d+)\.", table["note"])
        if not source:
            continue
        rows, names = again[source[1]], [c["name"] for c in table["columns"]]
        assert table["total"] == len(rows), table["caption"]
        for row, held in zip(table["rows"], rows, strict=False):
            assert row == json.loads(json.dumps([as_cell(held[name]) for name in names])), table["caption"]
            checked += 1
    assert checked > 20


def test_the_events_that_a_chart_counts_are_those_of_its_statement(story_case):
    for story in ("leaked_key", "trail_stopped"):
        report = CaseReport(story_case(story), title="t")
        drawn = report.timeline().items[0].data
        label = re.search(r"Source: (S\d+)\.", drawn["alt"])[1]
        counted = next(s for s in report.held.statements if s.label == label)
        assert drawn["alt"].startswith(f"{counted.value:,} events from")
        bars = [row["n"] for row in drawn["spec"]["datasets"]["bars"]]
        assert sum(bars) == counted.value


def test_records_without_time_are_left_out_by_the_values_that_stand_in_the_report(tmp_path):
    case = small_case.make(tmp_path)
    place = small_case.add(
        tmp_path / "evidence", "odd.json", {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    )
    case.load(place)
    held = Held(case)
    from ctforensics.reports import question_pages

    question_pages.ask(held, "actions_by_access_key", access_key_id=small_case.KEY)
    for statement in held.statements:
        assert len(case.room.sql(statement.sql, statement.params)[2]) == statement.rows, statement.label
    case.close()


def test_a_named_zone_stands_beside_the_instants_of_a_table(story_case):
    held = CaseReport(story_case("quiet_week"), title="t", zone="Asia/Kolkata").held
    made = held.table(held.rows("Hours", "SELECT TIMESTAMP '2024-05-02 23:11:09' AS event_time, 1 AS n"), "Hours").data
    assert made["rows"] == [["2024-05-02T23:11:09Z", 1, "2024-05-03 04:41:09 +0530"]]
    assert made["detail"] == ["Asia/Kolkata"]
