"""Every figure of a report is what its statement gives when it is run again, with the values that stand beside it."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from ctforensics.reports import CaseReport, catalog
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
        for story, report in (
            ("tampered_log", "trail_integrity"),
            *(("leaked_key", report.name) for report in catalog.walk()),
        )
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
        again[label] = [{n: None if v == "null" else v for n, v in zip(columns, row, strict=True)} for row in rows]
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
    assert checked > 10


_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,3}(?:,\d{3})*(?![\w:/-]|[.,]\d)")


def told_in_sentences(found):
    """The sentences of verdicts, callouts and paragraphs, without what the selftest and a glossary say."""
    for data in (d[_SECTION] for d in found if _SECTION in d):
        said = [
            data.get("headline", ""),
            *data.get("sentences", []),
            *data.get("paragraphs", []),
            *data.get("items", []),
        ]
        said += [data["text"]] if data["kind"] == "callout" else []
        yield from (text for text in said if isinstance(text, str) and "selftest" not in text)


def numbers_that_statements_give(again):
    """Every whole number in their rows, how many rows there are, and sums of a column, over all or by another column's value."""
    given = set()
    for rows in again:
        given.add(len(rows))
        for name in rows[0] if rows else ():
            counted = [row for row in rows if isinstance(row[name], int)]
            given |= {row[name] for row in counted} | {sum(row[name] for row in counted)}
            for other in rows[0]:
                by: dict[object, int] = {}
                for row in counted:
                    by[str(row[other])] = by.get(str(row[other]), 0) + row[name]
                given |= set(by.values())
    return given


@pytest.mark.parametrize(
    ("story", "report"),
    [pytest.param(*each, marks=made_reports.together(*each)) for each in sorted(made_reports.WHOLE)],
)
def test_every_number_in_a_sentence_is_one_that_a_statement_gives(story_case, made_report, story, report):
    case = story_case(story)
    found = pieces_of(made_report(story, report).files[".ipynb"])
    again = [run_again(case, sql, held) for sql, held in statements_of(found).values()]
    given = numbers_that_statements_give([[dict(zip(c, row, strict=True)) for row in rows] for c, rows in again])
    told = [(int(n.replace(",", "")), text) for text in told_in_sentences(found) for n in _NUMBER.findall(text)]
    assert len(told) > 10
    # One key was followed; and a limit that is in force is a value of its statement.
    limits = {
        value
        for _, held in statements_of(found).values()
        for value in held["params"].values()
        if isinstance(value, int)
    }
    assert [each for each in told if each[0] not in given | limits | {1}] == []


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
