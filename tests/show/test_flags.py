"""Late and duplicate events, and rows sorted by another column."""

from __future__ import annotations

import pytest

from ctforensics.errors import ParameterError, UnknownName
from ctforensics.show import scale
from ctforensics.show.session import TimelineSession
from tests.support import synthetic_case

START = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return synthetic_case.make(tmp_path_factory.mktemp("flags") / "case.duckdb", events=6_000)


@pytest.fixture
def session(path):
    access = synthetic_case.Access(path)
    yield TimelineSession(access)
    access.close()


def test_an_event_in_two_files_is_flagged_and_counted_once(session, path):
    copies = "SELECT count(*) FROM (SELECT event_key FROM event_sources GROUP BY 1 HAVING count(*) > 1)"
    assert synthetic_case.scalar(path, copies) == synthetic_case.DUPLICATES
    counts = {each["flag"]: each["n"] for each in session.flag_counts()}
    assert counts["duplicate"] == synthetic_case.DUPLICATES
    session.change(where=[{"flag": "duplicate"}])
    assert session.bars()["count"] == synthetic_case.DUPLICATES
    session.change(where=[{"flag": "duplicate", "not": True}])
    assert session.bars()["count"] == 6_000 - synthetic_case.DUPLICATES


def test_late_events_are_those_of_the_hour_that_came_late(session):
    session.change(where=[{"flag": "late"}])
    late = session.bars()["count"]
    assert late > 0
    at = START + synthetic_case.LATE_HOUR * scale.HOUR
    session.change(where=[], lo=at, hi=at + scale.HOUR)
    assert session.bars()["count"] == late
    assert {each["flag"]: each["n"] for each in session.flag_counts()}["late"] == late


@pytest.mark.parametrize("flag", ["late", "duplicate"])
def test_flag_counts_under_a_filter_and_the_readable_statement_agree(session, flag):
    session.change(where=[{"field": "kind", "is": ["write"]}])
    shown = {each["flag"]: each["n"] for each in session.flag_counts()}[flag]
    session.change(where=[{"field": "kind", "is": ["write"]}, {"flag": flag}])
    statement, values = session.sql()
    assert shown == session.bars()["count"]
    assert shown == len(session.cursor().execute(statement, values).fetchall())


def test_many_flagged_events_are_found_by_bits(session, monkeypatch):
    session.change(where=[{"flag": "duplicate"}])
    few = session.bars()["bars"]
    monkeypatch.setattr("ctforensics.show.flags.FEW", 3)
    session.change(where=[{"flag": "duplicate"}, {"flag": "duplicate"}])
    assert session.bars()["bars"] == few


def test_an_unknown_flag_is_refused_with_the_names_that_are(session):
    with pytest.raises(UnknownName, match="late"):
        session.change(where=[{"flag": "red"}])


@pytest.mark.parametrize("field", ["actor", "event_name", "kind", "address"])
def test_rows_sorted_by_a_column_are_the_first_of_the_range(session, field):
    session.change(lo=START + scale.DAY, hi=START + 9 * scale.DAY, where=[{"field": "region", "is": ["us-east-1"]}])
    every = session.page(session.positions()[0], 500)["rows"]
    found = session.sorted(field, most=500)
    assert len(found["rows"]) == min(500, session.bars()["count"])
    at = found["dimensions"].index(field) if field != "kind" else None
    texts = [row["kind"] if at is None else found["values"][field].get(row["no"][at]) for row in found["rows"]]
    some = [text for text in texts if text is not None]
    order = ["error", "write", "read"]
    assert some == sorted(some, key=order.index if field == "kind" else None)
    assert texts[: len(some)] == some
    if len(every) < 500:
        assert {row["key"] for row in every} == {row["key"] for row in found["rows"]}
    first = session.sorted(field, descending=True, most=1)["rows"]
    assert first and first[0]["pos"] == 0


def test_only_known_fields_sort(session):
    with pytest.raises(ParameterError):
        session.sorted("actor; DROP TABLE events")


def test_a_session_that_rests_gives_its_cursor_back_and_answers_again(session):
    session.change(where=[{"field": "kind", "is": ["error"]}])
    before = session.bars()["count"], session.positions()
    session.rest()
    session.rest()
    assert (session.bars()["count"], session.positions()) == before
