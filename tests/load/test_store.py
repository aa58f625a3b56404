"""The database that a load writes."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from ctforensics.errors import CaseError
from ctforensics.load import store
from ctforensics.load.schema import EVENTS


def test_the_loaders_connection_reads_and_writes_no_other_file(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    con = store.connect(str(tmp_path / "case.next.duckdb"))
    store.prepare(con)
    for statement in (f"FROM read_csv('{secret}')", f"COPY events TO '{tmp_path / 'out.csv'}'", f"ATTACH '{secret}'"):
        with pytest.raises(duckdb.PermissionException):
            con.execute(statement)
    with pytest.raises(duckdb.InvalidInputException, match="Cannot enable external access"):
        con.execute("SET enable_external_access=true")
    con.close()


def test_a_view_in_a_database_from_elsewhere_does_not_read_our_files(tmp_path, desk):
    secret = tmp_path / "secret.csv"
    secret.write_text("name,value\nstolen,1\n")
    desk.put("a.json", {"Records": []})
    desk.load()
    with duckdb.connect(str(desk.case.database)) as con:
        con.execute("DROP TABLE minute_counts")
        con.execute(f"CREATE VIEW minute_counts AS FROM read_csv('{secret}')")
    with pytest.raises(CaseError, match="The database cannot be written"):
        desk.load()


def test_of_equal_keys_the_first_is_new_though_many_share_a_half(tmp_path):
    con = store.connect(str(tmp_path / "case.next.duckdb"))
    store.prepare(con)
    kept = store.Store(con, 1)
    chance, stored = np.random.default_rng(7), set()
    for _ in range(5):
        halves = chance.integers(0, 12, (60, 2), np.uint64)
        keys = [pair.tobytes() for pair in halves]
        columns = [
            pa.array(keys, field.type) if field.name == "event_key" else pa.nulls(60, field.type) for field in EVENTS
        ]
        new = kept._new(pa.Table.from_arrays(columns, schema=EVENTS))
        assert new["event_key"].to_pylist() == [key for key in dict.fromkeys(keys) if key not in stored]
        kept.events.append(new)
        stored.update(keys)
    con.close()
