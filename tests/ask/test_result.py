"""Answers know their question, their parameters and their evidence; evidence text stays text."""

import csv
import io
import json

import pytest

from ctforensics.ask import formats
from ctforensics.ask.answering import ask
from tests.ask.conftest import event

KEY = "AKIAEXAMPLEANA000001"


@pytest.fixture
def asker(case_of):
    return case_of(
        event("s3", "GetObject", userAgent="=cmd|' /C calc'!A0 <script>alert(1)</script>\x1b[31m | x"),
        event("iam", "CreateUser", eventTime=None),
    )


def answer(asker, **params):
    return ask(asker.room, asker.catalog.get("actions_by_access_key"), {"access_key_id": KEY, **params})


def test_an_answer_is_a_data_frame_that_knows_where_it_comes_from(asker):
    found = answer(asker, since="2024-05-01")
    assert len(found) == 1 and found.question.name == "actions_by_access_key"
    assert found.params["access_key_id"] == KEY and "scoped" in found.sql
    assert type(found[["event_id"]]).__name__ == "DataFrame"


def test_records_without_time_stand_under_their_own_heading(asker):
    found = answer(asker, since="2024-05-01")
    assert list(found.timeless["event_name"]) == ["CreateUser"]
    assert "without any time" in found.footer() and "Records without any time" in found._repr_html_()


def test_an_empty_answer_says_what_was_searched(asker):
    found = answer(asker, access_key_id="AKIANOBODY")
    assert len(found) == 0
    for said in ("No rows.", "Searched 1 events of 1 files", "no time at all", "session_key_descendants"):
        assert said in repr(found)


def test_html_holds_evidence_only_as_text(asker):
    page = answer(asker)._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page and "\x1b" not in page


def test_csv_cells_cannot_become_formulas(asker):
    rows = list(csv.DictReader(io.StringIO(formats.as_csv(answer(asker).reply.rows))))
    assert rows[0]["user_agent"].startswith("'=cmd") and "\x1b" not in rows[0]["user_agent"]


def test_markdown_cells_cannot_become_markup(asker):
    lines = formats.as_markdown(answer(asker).reply.rows).splitlines()
    assert len(lines) == 3 and "<script" not in lines[2] and len(lines[2].split(" | ")) == len(lines[0].split(" | "))


def test_json_rows_lead_back_to_the_event(asker):
    (row,) = json.loads(formats.as_json(answer(asker).reply.rows))
    assert {"event_id", "event_key", "verification"} <= set(row)
    assert row["event_time"].endswith("Z") and len(row["event_key"]) == 36


def test_parquet_keeps_the_rows(asker, tmp_path):
    import pyarrow.parquet

    formats.write_parquet(answer(asker).reply.rows, tmp_path / "a.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").num_rows == 1


def test_a_limit_says_that_there_is_more(case_of):
    many = case_of(*(event("s3", "ListBuckets") for _ in range(3)))
    found = ask(many.room, many.catalog.get("actions_by_access_key"), {"access_key_id": KEY}, limit=2)
    assert len(found) == 2 and "more than that" in found.footer()


def test_nothing_in_a_parameter_becomes_sql(asker):
    for hostile in ("' OR 1=1 --", "%", "*", 'x"; DROP TABLE events; --', "\u202e", "$since", "a\x00b"):
        assert len(answer(asker, access_key_id=hostile)) == 0


def test_an_answer_names_the_numbers_below_which_nothing_answers(case_of):
    from tests.ask.conftest import event

    ask = case_of(event("s3", "ListBuckets"))
    silent = ask.reply("console_success_after_failures", min_failures=4)
    assert silent.title == "Sign-ins that succeeded after failures (min failures 4, minutes 60)"
    assert "looked for: failures before it at least: 4; length of the sliding window in minutes: 60." in silent.footer()
    plain = ask.reply("root_activity")
    assert plain.title == plain.question.title and "looked for" not in plain.footer()
