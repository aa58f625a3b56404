"""The locked room: reads one case and can do nothing else."""

import threading
import time

import duckdb
import pytest

from ctforensics.ask.room import Room
from ctforensics.errors import CaseError, QueryError
from ctforensics.load.run import load
from tests.ask.conftest import event

FORBIDDEN = (
    "SELECT * FROM read_text('/etc/passwd')",
    "COPY (SELECT 1) TO 'out.csv'",
    "ATTACH 'other.duckdb'",
    "INSTALL httpfs",
    "SET enable_external_access=true",
    "SET memory_limit='1TB'",
    "INSERT INTO case_db.events (event_time) VALUES (now())",
    "DROP VIEW events",
    "SELECT 1; SELECT 2",
)


@pytest.fixture
def asker(case_of):
    return case_of(event("s3", "ListBuckets"))


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_but_reading_the_case_is_possible(asker, statement):
    with pytest.raises(QueryError):
        asker.room.sql(statement)


def test_even_a_bare_connection_of_the_room_cannot_open_files(asker, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    with pytest.raises(Exception, match="disabled"):
        asker.room.cursor().execute(f"SELECT * FROM read_text('{secret}')")


def test_a_broken_statement_is_one_sentence(asker):
    with pytest.raises(QueryError, match="nosuchcolumn"):
        asker.room.sql("SELECT nosuchcolumn FROM events")


def test_each_thread_asks_through_its_own_cursor(asker):
    counted = []

    def count():
        counted.append(asker.room.cursor().execute("SELECT count(*) FROM events").fetchone()[0])

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == [1, 1, 1, 1]


def test_two_rooms_read_one_case_at_once(asker):
    with Room.of_case(asker.folder) as other:
        assert other.sql("SELECT count(*) FROM events")[2] == asker.room.sql("SELECT count(*) FROM events")[2]


def test_a_long_question_is_stopped_from_another_thread(asker):
    stopped = []

    def ask():
        try:
            asker.room.sql(
                "SELECT count(*) FROM range(100000) a, range(100000) b, range(1000) c WHERE (a.range * b.range) % 7 = c.range"
            )
        except QueryError as error:
            stopped.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while thread.is_alive():
        asker.room.interrupt()
        time.sleep(0.01)
    assert stopped and "nterrupt" in stopped[0]


def test_a_newer_generation_is_noticed(asker):
    assert asker.room.is_current()
    load(asker.folder)
    assert not asker.room.is_current()
    assert asker.room.sql("SELECT count(*) FROM events")[2] == [(1,)]


def test_a_case_without_a_database_says_what_to_do(tmp_path):
    with pytest.raises(CaseError, match="Nothing was loaded"):
        Room(tmp_path / "case.duckdb")


def test_what_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "case.duckdb").write_text("this is not a database, it is a text of some length" * 200)
    with pytest.raises(CaseError, match="cannot be read"):
        Room(tmp_path / "case.duckdb")


def test_inputs_are_tables_even_without_files(asker, case_of):
    assert asker.room.sql("SELECT count(*) FROM owned_accounts")[2] == [(0,)]
    given = case_of(event("s3", "ListBuckets"), inputs={"owned_accounts.csv": "account,name\n111122223333,main\n"})
    assert given.room.sql("SELECT * FROM owned_accounts")[2] == [("111122223333", "main")]


def test_no_table_name_of_a_foreign_case_runs_as_a_statement(tmp_path):
    out = tmp_path / "out.csv"
    name = f"x\" AS SELECT 1; COPY (SELECT 1) TO '{out}'; --"
    with duckdb.connect(str(tmp_path / "case.duckdb")) as con:
        con.execute('CREATE TABLE "' + name.replace('"', '""') + '" (a INTEGER)')
    macros = tmp_path / "macros.sql"
    macros.write_text("SELECT 1")
    with Room(tmp_path / "case.duckdb", macros=macros) as room:
        assert room.sql("SELECT 2")[2] == [(2,)]
    assert not out.exists()
