"""Counts, pages and positions of the timeline against plain SQL over events."""

import random

import pytest

from ctforensics.errors import ParameterError, UnknownName
from ctforensics.show import drawing, scale
from ctforensics.show.lanes import Span
from ctforensics.show.session import TimelineSession
from tests.support import synthetic_case

FILTERS = [
    [],
    [{"field": "kind", "is": ["error"]}],
    [{"field": "actor", "is": ["arn:aws:iam::111122223333:role/role-7", None]}],
    [{"field": "address", "is": [None], "not": True}, {"text": "ROLE-3"}],
    [{"text": "onerror"}],
    [{"field": "kind", "is": ["error"], "not": True}, {"field": "kind", "is": ["error", "read"]}],
    [{"field": "kind", "is": ["error"]}, {"field": "kind", "is": ["read"]}],
    [{"any": [{"field": "service", "is": ["iam.amazonaws.com"]}, {"field": "error", "is": ["NoSuchBucket"]}]}],
    [{"field": "verification", "is": ["ok"], "not": True}],
]


@pytest.fixture
def session(access):
    made = TimelineSession(access, title="t")
    yield made
    made.close()


def plain_count(session: TimelineSession) -> int:
    statement, values = session.sql()
    cursor = session.cursor()
    return cursor.execute(f"SELECT count(*) FROM ({statement})", values).fetchone()[0]


def test_bars_count_facets_pages_and_plain_sql_agree_for_any_range_and_filter(session):
    chance = random.Random(5)
    for number in range(50):
        width = chance.choice([1_000, 61_001, 3_600_000, 90_000_123, session.extent.hi - session.extent.lo])
        lo = chance.randrange(session.extent.lo - 1000, session.extent.hi)
        session.change(lo=lo, hi=lo + width, where=FILTERS[number % len(FILTERS)], bucket=0)
        drawn = session.bars()
        first, end = session.positions()
        assert sum(bar["n"] for bar in drawn["bars"]) == drawn["count"] == plain_count(session) == end - first
        for facet in session.facets():
            assert sum(value["n"] for value in facet["values"]) + facet["rest"] == drawn["count"]


def test_the_full_range_holds_the_first_and_the_last_event(session):
    assert session.bars()["count"] == session.extent.events == 60_000


def test_bars_of_another_field_add_up_too(session):
    session.change(stack="actor", where=[{"field": "kind", "is": ["write"]}])
    drawn = session.bars()
    assert sum(bar["n"] for bar in drawn["bars"]) == drawn["count"] == plain_count(session)
    assert len(drawn["series"]) == 7


def test_stacked_bars_stand_on_one_another_with_errors_at_the_base(session):
    tops: dict[int, int] = {}
    for bar in session.bars()["bars"]:
        assert bar["y0"] == tops.get(bar["t0"], 0)
        tops[bar["t0"]] = bar["y1"]
    assert session.bars()["bars"][0]["kind"] == "error" or session.bars()["bars"][0]["y0"] == 0


def test_pages_anywhere_are_contiguous_without_duplicates(session):
    for where in ([], [{"field": "kind", "is": ["error"]}]):
        session.change(where=where)
        total = session.matches()
        for first in (0, total // 2, total - 100):
            rows = session.page(first, 100)["rows"]
            assert [row["pos"] for row in rows] == list(range(first, first + 100))
            assert [row["t"] for row in rows] == sorted(row["t"] for row in rows)
        assert session.page(total, 100)["rows"] == []


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_the_first_page_of_a_filter_is_the_same_before_and_after_its_matches_are_gathered(session, number):
    session.change(where=FILTERS[number])
    before = session.page(0, 40)
    assert session.source().filtered == bool(FILTERS[number])
    assert session.page(0, 40) == before
    assert [each["seq"] for each in before["rows"]] == sorted({each["seq"] for each in before["rows"]})


def test_rows_of_one_second_are_marked_as_having_no_order(session):
    rows = session.page(0, 500)["rows"]
    for before, row, after in zip(rows, rows[1:], rows[2:], strict=False):
        alone = row["t"] // 1000 not in (before["t"] // 1000, after["t"] // 1000)
        assert row["tie"] == (not alone)


def test_a_silent_covered_bucket_is_a_tick_and_a_missing_one_is_a_pattern(session):
    start = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))
    lo = start + synthetic_case.MISSING_HOURS.start * scale.HOUR
    session.change(lo=lo, hi=lo + 10 * scale.HOUR)
    drawn = session.bars()
    assert drawn["count"] == 0
    assert drawn["zeros"] == []
    assert [gap["state"] for gap in drawn["gaps"]] == ["missing"]
    assert session.coverage() == "no log coverage in this range that is whole: silence says nothing"
    session.change(lo=start + 60_000, hi=start + 61_000, where=[{"text": "nothing has this name"}])
    assert len(session.bars()["zeros"]) == 1


def test_a_bucket_cut_by_a_gap_says_how_much_of_it_is_covered(session):
    start = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))
    edge = start + synthetic_case.MISSING_HOURS.start * scale.HOUR
    session.change(lo=edge - 40 * scale.HOUR, hi=edge + 40 * scale.HOUR, bucket=12 * scale.HOUR)
    shares = {round(cut["share"], 2) for cut in session.bars()["cuts"]}
    assert any(0 < share < 1 for share in shares)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (0.0, "no whole log of this time"),
        (0.004, "log and range cover under 1 % of this bar"),
        (0.62, "log and range cover 62 % of this bar"),
    ],
)
def test_a_bar_without_a_whole_log_is_not_said_to_be_covered_to_a_share_of_nothing(held, said):
    log = [Span(0, int(held * scale.HOUR), "verified"), Span(int(held * scale.HOUR), scale.HOUR, "missing")]
    _, (cut,) = drawing.bucket_rows([(0, 0, 5)], log, 0, scale.HOUR, scale.HOUR)
    assert cut["word"] == said


def test_the_statement_names_missing_tampered_and_unverified_hours(session):
    assert session.coverage() == "30.0 h missing, 2.0 h tampered, 24.0 h unverified"


def test_a_megabyte_of_text_crosses_cut_and_hidden_characters_stand_escaped(session):
    session.change(where=[{"field": "verification", "is": ["fail"]}])
    page = session.page(0, 100)
    texts = list(page["values"]["event_name"].values())
    assert max(map(len, texts)) < 400
    assert any("(1,000,000 characters)" in text for text in texts)
    assert any("\\u202e" in text for text in texts)


def test_a_filter_that_is_none_is_refused_with_the_names_that_are(session):
    with pytest.raises(UnknownName):
        session.change(where=[{"field": "events; DROP TABLE events", "is": ["x"]}])
    with pytest.raises(ParameterError):
        session.change(where=[{"sql": "1=1"}])
    with pytest.raises(UnknownName):
        session.change(where=[{"field": "kind", "is": ["bad"]}])
        session.bars()


def test_implausible_times_are_counted_and_do_not_stretch_the_axis(tmp_path):
    rows = """SELECT n, CASE WHEN n = 0 THEN TIMESTAMP '1970-01-01' WHEN n = 1 THEN TIMESTAMP '2099-01-01'
      ELSE TIMESTAMP '2026-03-05 10:00:00' + to_seconds(n) END AS event_time FROM range(100) t(n)"""
    held = synthetic_case.Access(synthetic_case.make(tmp_path / "c.duckdb", rows=rows, hostile=0))
    held_session = TimelineSession(held)
    # The synthetic file that holds the 2099 record claims a delivery in 2099, so only 1970 is implausible here.
    assert held_session.extent.before == 1
    assert held_session.extent.events == 100
    held_session.change(lo=held_session.extent.first, hi=held_session.extent.last)
    assert held_session.bars()["count"] == 100
    held.close()


@pytest.mark.parametrize("count", [0, 1])
def test_an_empty_case_and_one_event_have_a_picture(tmp_path, count):
    rows = f"SELECT n, TIMESTAMP '2026-03-05 10:00:00' AS event_time FROM range({count}) t(n)"
    held = synthetic_case.Access(synthetic_case.make(tmp_path / "c.duckdb", rows=rows, hostile=0))
    made = TimelineSession(held)
    assert made.bars()["count"] == count
    assert made.extent.hi > made.extent.lo
    held.close()


def test_a_position_leads_to_the_event_and_back(session):
    row = session.page(1234, 1)["rows"][0]
    session.change(where=[{"field": "kind", "is": [row["kind"]]}])
    position = session.position_of(row["seq"])
    assert session.page(position, 1)["rows"][0]["key"] == row["key"]
