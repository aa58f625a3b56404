"""A second source beside the trail is compared with it, event by event."""

import uuid
from datetime import datetime, timedelta

import duckdb
import pytest

from ctforensics.coverage import second
from ctforensics.trail import tables

HOUR = datetime(2024, 5, 2, 6)
PLACE = ("111122223333", "us-east-1")


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect(":memory:")
    for statement in tables.DDL.values():
        made.execute(statement)
    made.execute(
        "INSERT INTO coverage BY NAME SELECT ? AS account, ? AS region, 't' AS trail, ? AS hour, 'verified' AS state",
        [*PLACE, HOUR],
    )
    made.execute(
        "INSERT INTO files BY NAME SELECT 1 AS file_no, 'r' AS root, 'h' AS path, 'cloudtrail' AS kind, 'history' AS source_form, 'loaded' AS outcome"
    )
    made.execute(
        "INSERT INTO files BY NAME SELECT 2 AS file_no, 'r' AS root, 'l' AS path, 'cloudtrail' AS kind, 'records' AS source_form, 'loaded' AS outcome"
    )
    return made


def put(
    con: duckdb.DuckDBPyConnection,
    name: str,
    at: datetime,
    file: int,
    verification: str = "not_checked",
    category: str = "Management",
) -> None:
    key = uuid.uuid5(uuid.NAMESPACE_URL, name)
    con.execute(
        """INSERT INTO events BY NAME SELECT ?::UUID AS event_key, ? AS event_id, ?::TIMESTAMP AS event_time, ? AS recipient_account_id,
        ? AS aws_region, ? AS verification, ? AS event_category, 'eventTime' AS event_time_basis""",
        [key, name, at, *PLACE, verification, category],
    )
    con.execute(
        "INSERT INTO event_sources BY NAME SELECT ?::UUID AS event_key, ? AS file_no, 0 AS record_index", [key, file]
    )


def test_a_management_event_that_only_history_has_in_a_covered_hour_is_a_finding(con):
    put(con, "only-there", HOUR + timedelta(minutes=5), 1)
    put(con, "in-both", HOUR + timedelta(minutes=6), 2, "ok")
    put(con, "data", HOUR + timedelta(minutes=7), 1, category="Data")
    put(con, "other-hour", HOUR + timedelta(hours=3), 1)
    put(con, "loaded-after-verifying", HOUR + timedelta(minutes=8), 2)
    second.refresh(con)
    assert con.execute("SELECT code, class, subject, since FROM findings").fetchall() == [
        ("G_ONLY_ELSEWHERE", "anomaly", "only-there", HOUR)
    ]


def test_a_hole_in_the_trail_makes_no_finding_of_what_fills_it(con):
    con.execute("UPDATE coverage SET state = 'missing'")
    put(con, "fills", HOUR + timedelta(minutes=5), 1)
    second.refresh(con)
    assert con.execute("SELECT count(*) FROM findings").fetchone() == (0,)
