"""The database that a load writes."""

import duckdb
import pytest

from ctforensics.errors import CaseError
from ctforensics.load import store


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
