"""Events are written in whole row groups, and what a kill left between two of them is no loss and no excess."""

import duckdb
import pytest

from ctforensics.load import plan, store
from tests.load.loading_desk import record


class Killed(BaseException):
    """What ends a load from one moment to the next, as a signal would."""


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(store, "ROW_GROUP", 100)
    monkeypatch.setattr(plan, "CHUNK_FILES", 1)


def fill(desk, files=12, records=30):
    for n in range(files):
        desk.put(f"{n:02d}.json", {"Records": [record(n * records + k) for k in range(records)]})


def batches(monkeypatch, limit=None):
    """Notes how many events each write brings; the process dies after ``limit`` of them."""
    sizes, append, add = [], store.Store._append, store.Store.add

    def noting(self, table, rows):
        append(self, table, rows)
        if table == "events":
            sizes.append(rows.num_rows)

    def dying(self, chunk, replaced):
        add(self, chunk, replaced)
        if len(sizes) == limit:
            raise Killed

    monkeypatch.setattr(store.Store, "_append", noting)
    monkeypatch.setattr(store.Store, "add", dying)
    return sizes


def test_events_are_written_in_whole_row_groups_and_the_rest_at_the_end(desk, small, monkeypatch):
    fill(desk)
    sizes = batches(monkeypatch)
    assert desk.load(jobs=1).events == 360
    assert sizes == [100, 100, 100, 60]


def test_records_that_stand_twice_do_not_break_the_row_groups(desk, small, monkeypatch):
    fill(desk, files=8)
    desk.put("05b.json", {"Records": [record(150 + k) for k in range(30)]})
    desk.put("07.json", {"Records": [record(205 + k) for k in range(40)]})
    sizes = batches(monkeypatch)
    result = desk.load(jobs=1)
    assert (result.events, result.duplicates) == (245, 35)
    assert sizes == [100, 100, 45]


def test_events_of_a_file_that_a_kill_left_unfinished_are_taken_out_and_read_again(desk, small, monkeypatch):
    fill(desk)
    with monkeypatch.context() as dying:
        batches(dying, limit=2)
        with pytest.raises(Killed):
            desk.load(jobs=1)
    with duckdb.connect(str(desk.case.next_database), read_only=True) as con:
        orphans = "SELECT count(*) FROM events e ANTI JOIN event_sources s USING (event_key)"
        assert con.execute("SELECT count(*) FROM events").fetchall() == [(200,)]
        assert con.execute(orphans).fetchall() == [(20,)]
    (desk.evidence / "06.json").unlink()  # the very file whose events stood half written
    assert desk.load(jobs=1).events == 330
    assert desk.rows("SELECT count(*), count(DISTINCT event_key) FROM event_sources") == [(330, 330)]
