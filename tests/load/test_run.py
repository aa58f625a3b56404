"""A load from beginning to end."""

import json

import duckdb
import pytest

from ctforensics.case import folder as case_folder
from ctforensics.load.reader import Reader
from ctforensics.load.roots import add_root
from ctforensics.load.run import load
from ctforensics.originals.rebuild import record_from_row
from ctforensics.originals.records import originals, records


def record(number: int, **more):
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "accountId": "111122223333"},
        "eventTime": f"2024-05-02T06:{number % 60:02d}:00Z",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "eventID": f"id-{number}",
        "readOnly": False,
        "recipientAccountId": "111122223333",
        **more,
    }


@pytest.fixture
def case(tmp_path):
    (tmp_path / "evidence-in").mkdir()
    made = case_folder.create(tmp_path / "case")
    add_root(made, tmp_path / "evidence-in", "mirror")
    return made


@pytest.fixture
def put(tmp_path):
    def write(name, value):
        file = tmp_path / "evidence-in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        return file

    return write


def rows(case, sql):
    with duckdb.connect(str(case.database), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_all_records_of_a_file_become_events_and_come_back(case, put):
    put("a.json", {"Records": [record(1), record(2, unheardOf={"x": 1})]})
    result = load(case)
    assert (result.records, result.events, result.files) == (2, 2, {"loaded": 1})
    assert list(records(case)) == [record(1), record(2, unheardOf={"x": 1})]
    assert {o.basis for o in originals(case)} == {"evidence"}


def test_the_same_record_in_two_files_is_one_event_with_two_sources(case, put):
    put("a.json", {"Records": [record(1)]})
    put("b.json", {"Records": [record(2), record(1)]})
    result = load(case)
    assert (result.events, result.duplicates) == (2, 1)
    assert rows(case, "SELECT count(*) FROM event_sources") == [(3,)]


def test_loading_again_adds_only_what_is_new(case, put):
    put("b.json", {"Records": [record(1)]})
    load(case)
    put("a.json", {"Records": [record(1), record(2)]})
    again = load(case)
    assert (again.new_files, again.events, again.duplicates) == (1, 2, 1)
    assert rows(case, "SELECT path, file_no, events, duplicates FROM files ORDER BY 2") == [
        ("a.json", 1, 2, 0),
        ("b.json", 2, 0, 1),
    ]


def test_a_record_is_rebuilt_from_its_row_where_the_evidence_is_gone(case, put):
    odd = record(3, readOnly="True", apiVersion=None, userAgent=["a", "b"], eventTime="2024-05-02 06:00:00.5")
    file = put("a.json", {"Records": [odd]})
    load(case)
    file.unlink()
    with pytest.warns(UserWarning, match="rebuilt"):
        assert list(records(case)) == [odd]


def test_a_truncated_file_gives_every_whole_record_and_a_reject(case, put):
    whole = json.dumps({"Records": [record(1), record(2), record(3)]}).encode()
    put("a.json", whole[:-60])
    result = load(case)
    assert (result.records, result.events, result.rejected) == (3, 2, 1)
    assert result.rejects == {"truncated": 1}
    assert rows(case, "SELECT outcome FROM files") == [("partial",)]


def test_screen_tables_follow_the_events(case, put):
    put("a.json", {"Records": [record(n) for n in (2, 1)] + [record(1, eventID="z", errorCode="AccessDenied")]})
    load(case)
    assert rows(case, "SELECT seq, kind FROM event_index ORDER BY seq") == [(1, 1), (2, 0), (3, 1)]
    assert rows(case, "SELECT sum(events) FROM minute_counts") == [(3,)]
    assert rows(case, "SELECT value, events FROM dim_outcome ORDER BY no") == [("success", 2), ("denied", 1)]


def test_columns_and_unknown_fields_hold_the_record(case, put):
    put("a.json", {"Records": [record(1, tlsDetails={"b": 1, "a": [1.5, None]}, sessionCredentialFromConsole="true")]})
    load(case)
    with duckdb.connect(str(case.database), read_only=True) as con:
        cursor = con.execute("FROM events")
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    assert row["session_credential_from_console"] is True
    assert record_from_row(row) == next(iter(records(case)))


def test_small_files_that_inflate_a_lot_are_parsed_a_few_at_a_time(desk, monkeypatch):
    for n in range(6):
        desk.put(f"{n}.json", {"Records": [record(n)]})
    held, take = [], Reader._take
    monkeypatch.setattr(Reader, "_take", lambda self, opened: (held.append(len(opened)), take(self, opened)))
    monkeypatch.setattr("ctforensics.load.reader._OPEN", len(json.dumps({"Records": [record(0)]})) + 1)
    result = desk.load(jobs=1)
    assert (result.events, held) == (6, [2, 2, 2, 0])
    assert len(desk.case.register_file.read_text().splitlines()) == 6
