"""Questions in the SQL of Athena and Spark."""

from __future__ import annotations

import pytest
import sqlglot

from ctforensics.ask import dialects, wording
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.dialects import DIALECTS
from ctforensics.ask.question import Question

CATALOG = Catalog.of_case()
TEXTS: dict[tuple[str, str], str] = {}
LEFT = "-- Left as they are in DuckDB"
PIVOTS = (
    "actions_by_access_key",
    "actions_by_principal",
    "activity_by_role_session",
    "activity_by_user_agent",
    "console_logins",
)


def translated(question: Question, dialect: str) -> str:
    """Translating takes a while: each once."""
    if (question.name, dialect) not in TEXTS:
        TEXTS[question.name, dialect] = dialects.translated(question, dialect)
    return TEXTS[question.name, dialect]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_question_is_a_statement_of_the_other_dialect(dialect):
    for question in CATALOG:
        assert sqlglot.parse_one(translated(question, dialect), read=dialect), question.name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_other_engine_has_no_word_for_is_said_on_top(dialect):
    texts = {question.name: translated(question, dialect) for question in CATALOG}
    left = sorted(name for name, text in texts.items() if LEFT in text)
    assert not set(left) & set(PIVOTS)
    assert "who_changed_bucket_policy" in left and "json_type" in texts["who_changed_bucket_policy"].split("\n")[3]
    assert len(texts) - len(left) >= 0.5 * len(texts)


def test_nothing_of_duckdb_alone_is_left_in_a_text_that_does_not_say_so():
    for question in CATALOG:
        text = translated(question, "spark")
        if LEFT not in text:
            assert (
                "to_minutes(" not in text.lower()
                and "uhugeint" not in text.lower()
                and "query_table" not in text.lower()
            )


def said(sql: str, dialect: str) -> str:
    tree = wording.reworded(sqlglot.parse_one(wording.readable(sql), read="duckdb"), dialect)
    return tree.sql(dialect=dialect)


def test_a_pattern_keeps_its_flag_and_the_first_few_stay_a_list():
    for dialect in DIALECTS:
        assert "'(?i)root'" in said("SELECT regexp_matches(a, 'root', 'i') FROM t", dialect)
        assert "'^(?:a+)$'" in said("SELECT a SIMILAR TO 'a+' FROM t", dialect)
        assert "SLICE(x, 2, 3)" in said("SELECT x[2:4] FROM t", dialect)
    assert "MIN_BY(id, (at, id), 10)" in said("SELECT arg_min(id, (at, id), 10) FROM t", "athena")
    assert "'^(?:' || (p) || ')$'" in said("SELECT a SIMILAR TO p FROM t", "spark")
    assert "MAX_BY(a, (b)) FILTER(WHERE NOT a IS NULL)" in said("SELECT any_value(a ORDER BY b DESC) FROM t", "spark")
    assert "ARRAY_SORT(COLLECT_LIST(STRUCT(at AS k0, id AS v))" in said("SELECT list(id ORDER BY at) FROM t", "spark")


@pytest.mark.parametrize(
    ("sql", "left"),
    [
        ("SELECT * FROM a ASOF JOIN b ON a.x >= b.x", {"ASOF JOIN"}),
        ("SELECT count(DISTINCT a) OVER (PARTITION BY b) FROM t", {"count(DISTINCT) OVER"}),
        ("SELECT json_type(a) FROM t", {"json_type"}),
        ("WITH RECURSIVE w AS (SELECT 1 AS a UNION SELECT a + 1 FROM w) SELECT * FROM w", {"UNION in a recursion"}),
        ("SELECT max(a) OVER (ORDER BY t RANGE BETWEEN to_minutes($m) PRECEDING AND CURRENT ROW) FROM t", {"RANGE of a parameter"}),
        ("SELECT list(a ORDER BY b) FROM t", set()),
        ("SELECT list(a ORDER BY b DESC) FROM t", {"list(ORDER BY ... DESC)"}),
        ("SELECT list(DISTINCT a ORDER BY a DESC) FILTER (a > 1) FROM t", {"list(ORDER BY ... DESC)"}),
        ("SELECT x[2:] FROM t", {"a slice"}),
        ("SELECT x[1:$n] FROM t", {"a slice"}),
    ],
)  # fmt: skip
def test_what_spark_cannot_run_is_named(sql, left):
    assert set(wording.untranslated(wording.reworded(sqlglot.parse_one(sql, read="duckdb"), "spark"), "spark")) == left
