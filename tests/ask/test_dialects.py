"""Questions in the SQL of Athena and Spark."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
import sqlglot

from ctforensics.ask import dialects
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.dialects import DIALECTS
from ctforensics.ask.params import bind
from ctforensics.ask.query import run
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


@pytest.fixture(scope="module")
def spark(tmp_path_factory, story_case) -> Any:
    """A Spark session that holds the events of the practice story leaked_key, JSON as text."""
    if not shutil.which("java"):
        pytest.skip("needs Java and the extra spark: no java here")
    sql = pytest.importorskip("pyspark.sql", reason="needs Java and the extra spark: no pyspark here")
    import pyarrow
    import pyarrow.parquet

    case = story_case("leaked_key")
    rows = run(case.room, _all_events(), {})
    file = tmp_path_factory.mktemp("spark") / "events.parquet"
    columns = {n: [_plain(row[i]) for row in rows.rows] for i, n in enumerate(rows.columns)}
    pyarrow.parquet.write_table(pyarrow.table(columns), file, coerce_timestamps="us")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(file.parent),
    }
    builder = sql.SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.read.parquet(str(file)).createOrReplaceTempView("events")
    yield session
    session.stop()


def _all_events():
    from dataclasses import replace

    question = CATALOG.get("actions_by_access_key")
    return replace(
        question,
        params=(),
        sql="SELECT * FROM scoped($since, $until, $accounts, $regions, $outcome) ORDER BY event_time, event_id",
    )


def _plain(value: Any) -> Any:
    return (
        value
        if isinstance(value, str | bool | int | float | list | None) or hasattr(value, "isoformat")
        else str(value)
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "name",
    ["actions_by_access_key", "access_keys_created", "trail_stopped_or_deleted", "console_logins", "role_assumptions"],
)
def test_spark_gives_the_events_that_duckdb_gives(spark, story_case, name):
    from pyspark.sql import functions

    case, question = story_case("leaked_key"), CATALOG.get(name)
    expected = [_told(row) for row in run(case.room, question, question.example_params).dicts()]
    bound = bind(question.all_params, question.example_params, question.name)
    given = {key: _argument(functions, value) for key, value in bound.items()}
    found = spark.sql(translated(question, "spark").rstrip().rstrip(";"), given).collect()
    assert [_told(row.asDict()) for row in found] == expected and expected


def _told(row: dict[str, Any]) -> list[Any]:
    return [row.get(name) for name in ("event_time", "event_name", "actor", "outcome", "target")]


def _argument(functions: Any, value: Any) -> Any:
    if isinstance(value, list):
        return functions.array(*map(functions.lit, value))
    if hasattr(value, "isoformat"):
        return {1: "1970-01-01 00:00:01", 9999: "9999-12-31 00:00:00"}.get(value.year, value.isoformat(sep=" "))
    return value
