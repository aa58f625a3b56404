"""Questions in a real Spark: every translated text that says nothing is left as it was gives the rows that DuckDB gives."""

from __future__ import annotations

import datetime
import decimal
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

from ctforensics.ask.catalog import Catalog
from ctforensics.ask.dialects import translated
from ctforensics.ask.params import bind
from ctforensics.ask.query import run
from tests.support.stories import EXERCISE

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.timeout(1800)]
CATALOG = Catalog.of_case()
LEFT = "-- Left as they are in DuckDB"
# Small tables on one core: compiling a plan takes longer than running it.
SETTINGS = {
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory, story_case: Any) -> Iterator[Any]:
    """A Spark session with the tables of the case that has every event of the library, JSON as text."""
    if not shutil.which("java"):
        pytest.skip("needs Java and the extra spark: no java here")
    sql = pytest.importorskip("pyspark.sql", reason="needs Java and the extra spark: no pyspark here")
    case, folder = story_case(EXERCISE), tmp_path_factory.mktemp("spark")
    _export(case.path / "case.duckdb", folder)
    _export_inputs(case.room, folder)
    builder = sql.SparkSession.builder.master("local[1]").config("spark.sql.warehouse.dir", str(folder))
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    for file in folder.glob("*.parquet"):
        session.read.parquet(str(file)).createOrReplaceTempView(file.stem)
    yield session
    session.stop()


def _export(database: Path, folder: Path) -> None:
    """The tables and views of a case as Parquet: what Spark has no type for as text."""
    con = duckdb.connect(str(database), read_only=True)
    for (name,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall():
        columns = con.execute(f'DESCRIBE "{name}"').fetchall()
        told = ", ".join(f'CAST("{c}" AS {_plain(kind)}) AS "{c}"' for c, kind, *_ in columns)
        con.execute(
            f'COPY (SELECT {told} FROM "{name}") TO $to (FORMAT parquet)', {"to": str(folder / f"{name}.parquet")}
        )
    con.close()


def _plain(kind: str) -> str:
    wide = any(word in kind for word in ("UUID", "HUGEINT", "JSON", "ENUM"))
    return ("VARCHAR[]" if kind.endswith("[]") else "VARCHAR") if wide else kind


def _export_inputs(room: Any, folder: Path) -> None:
    """The investigator's tables, which only the room has; a column without values is one of texts."""
    named = (
        "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'memory' AND table_type = 'BASE TABLE'"
    )
    for (name,) in room.sql(named)[2]:
        columns, _, rows, *_ = room.sql(f'SELECT * FROM "{name}"')
        values = {c: [row[i] for row in rows] for i, c in enumerate(columns)}
        made = {
            c: pyarrow.array(v, None if any(x is not None for x in v) else pyarrow.string()) for c, v in values.items()
        }
        pyarrow.parquet.write_table(pyarrow.table(made), folder / f"{name}.parquet")


def _argument(functions: Any, value: Any) -> Any:
    if isinstance(value, list):
        return functions.array(*map(functions.lit, value))
    if isinstance(value, datetime.datetime):  # Python's widest years are beyond what the session passes on
        return {1: "1970-01-01 00:00:01", 9999: "9999-12-31 00:00:00"}.get(value.year, value.isoformat(sep=" "))
    return value


def _told(value: Any) -> Any:
    """A value as both engines mean it."""
    if isinstance(value, dict):
        return {str(key): _told(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_told(inner) for inner in value]
    if isinstance(value, decimal.Decimal):
        return _told(float(value))
    if isinstance(value, float):
        return round(value, 6)
    return value if isinstance(value, bool | int | None) else str(value)


TOPICS = sorted({question.topic for question in CATALOG})


@pytest.mark.parametrize("topic", TOPICS)
def test_a_real_spark_gives_the_rows_that_duckdb_gives(spark: Any, story_case: Any, topic: str) -> None:
    from pyspark.sql import functions

    case, differ = story_case(EXERCISE), []
    for question in (q for q in CATALOG if q.topic == topic):
        text = translated(question, "spark")
        if LEFT in text:
            continue
        bound = bind(question.all_params, question.example_params, question.name)
        given = {name: _argument(functions, value) for name, value in bound.items()}
        found = [_told(tuple(row)) for row in spark.sql(text.rstrip().rstrip(";"), given).collect()]
        expected = [_told(row) for row in run(case.room, question, question.example_params).rows]
        if found != expected:
            differ.append((question.name, found[:2], expected[:2]))
    assert not differ
