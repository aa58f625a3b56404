"""Putting rows into the next database: whole files in one transaction, so that a kill leaves whole files or nothing of them."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ctforensics.load.reader import Chunk
from ctforensics.load.schema import as_json
from ctforensics.trail import tables

ROW_GROUP = 122_880
MEMORY = "400MB"
_Array = np.ndarray[Any, Any]
_NEVER = "64GB"  # more than a load ever has
FILES_AT_ONCE = 60_000
BYTES_AT_ONCE = 384 << 20  # more than a usual row group has


def connect(path: str) -> duckdb.DuckDBPyConnection:
    """A connection with the database at ``path`` attached as ``nextgen`` in storage version v1.5.0, and made the default.

    Memory is bounded; what does not fit goes into a folder beside the database that is gone when the connection closes.
    """
    con = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "temp_directory": f"{path}.tmp"})
    con.execute("SET TimeZone = 'UTC'")
    for moment in ("allocator_flush_threshold", "allocator_bulk_deallocation_flush_threshold"):
        con.execute(
            f"SET GLOBAL {moment} = '{_NEVER}'"
        )  # all free memory, ours too, would go back to the system and come again
    con.execute(f"ATTACH '{path.replace(chr(39), chr(39) * 2)}' AS nextgen (STORAGE_VERSION 'v1.5.0')")
    con.execute("USE nextgen")
    con.execute("SET enable_external_access=false")  # a view in a database from elsewhere must not read our files
    return con


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables and views where they are not there yet."""
    con.execute("BEGIN")
    have = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for name, statement in tables.DDL.items():
        if name not in have:
            con.execute(statement)
    views = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    for name, statement in tables.VIEWS.items():
        if name not in views:
            con.execute(statement)
    con.execute("COMMIT")


@dataclass(slots=True)
class Waiting:
    """A chunk whose rows are not written yet: ``owed`` of its events are still to be, ``replaced`` are files that it is read for again."""

    chunk: Chunk
    owed: int
    replaced: list[int]


class Store:
    """Takes chunks in their order and puts them into the tables, each event once.

    Events are written a whole row group at a time: DuckDB compresses such a batch once and leaves it alone, while one that ends inside a
    row group is written again by the next (three times the work and twice the space). The last records of a chunk may so be written
    before its file is: a file counts as loaded only when its row stands, and ``forget_unfinished`` takes out what a kill left behind.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, run: int) -> None:
        self.con, self.run = con, run
        first = con.execute("SELECT coalesce(max(file_no), 0) + 1 FROM files").fetchall()[0][0]
        self.next_no = int(first)
        self.known = Prefixes.of(con)
        self.waiting: deque[Waiting] = deque()
        self.events: list[pa.Table] = []
        self.rows = self.files = self.bytes = 0

    def add(self, chunk: Chunk, replaced: list[int]) -> None:
        """Takes a chunk; every so many rows, files or bytes they are written and committed.

        ``replaced`` are the numbers of files whose rows give way to those of the chunk.
        """
        events = self._new(chunk.events)
        self.events.append(events)
        self.waiting.append(Waiting(chunk, events.num_rows, replaced))
        self.rows += events.num_rows
        self.files += chunk.files.num_rows
        self.bytes += events.nbytes
        if self.rows >= ROW_GROUP:
            self._write(self.rows // ROW_GROUP * ROW_GROUP)
        elif self.files >= FILES_AT_ONCE or self.bytes >= BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Writes all that is waiting."""
        if self.waiting:
            self._write(self.rows)
        self.con.execute("RESET threads")

    def _write(self, count: int) -> None:
        """Writes so many of the events that wait, and the chunks that are whole then, in one transaction."""
        events = pa.concat_tables(self.events)
        self.con.execute("SET threads = 1")  # several would spread the portions over row groups that end anywhere
        self.con.execute("BEGIN")
        try:
            self._append("events", as_json(events.slice(0, count)))
            self._finish(count)
            self.con.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.TransactionException):  # some faults end the transaction by themselves
                self.con.execute("ROLLBACK")
            raise
        self.events, self.rows, self.bytes = [events.slice(count)], events.num_rows - count, 0

    def _finish(self, count: int) -> None:
        """Writes the files, places and rejects of the chunks of which no event is owed any more."""
        files, sources, rejects, aggregated = [], [], [], []
        while self.waiting and self.waiting[0].owed <= count:
            done = self.waiting.popleft()
            count -= done.owed
            if done.replaced:
                self._remove(done.replaced)
            chunk = done.chunk
            files.append(self._numbered(chunk.files, pa.array(range(chunk.files.num_rows), pa.int32())))
            sources.append(self._numbered(chunk.sources, chunk.sources["file_no"]))
            rejects.append(self._numbered(chunk.rejects, chunk.rejects["file_no"]))
            aggregated.append(self._numbered(chunk.aggregated, chunk.aggregated["file_no"]))
            self.next_no += chunk.files.num_rows
            self.files -= chunk.files.num_rows
        if self.waiting:
            self.waiting[0].owed -= count
        if files:
            self._append("files", self._whole_files(pa.concat_tables(files)))
            self._append("event_sources", pa.concat_tables(sources))
            self._append("rejects", pa.concat_tables(rejects))
            self._append("aggregated_activity", pa.concat_tables(aggregated))

    def _remove(self, numbers: list[int]) -> None:
        """Takes out the rows of files that were read again; their events keep standing."""
        for table in ("files", "event_sources", "rejects", "aggregated_activity"):
            self.con.execute(f"DELETE FROM {table} WHERE file_no IN (SELECT unnest(?::INTEGER[]))", [numbers])

    def _numbered(self, table: pa.Table, numbers: Any) -> pa.Table:
        at = table.schema.get_field_index("file_no")
        return table.set_column(at, table.schema.field(at), pc.add(numbers, pa.scalar(self.next_no, pa.int32())))

    def _whole_files(self, files: pa.Table) -> pa.Table:
        """Files that turned out to be what they were only get their new time; the others become rows."""
        same = pc.equal(files["outcome"], "unchanged")
        if pc.any(same).as_py():
            for row in files.filter(same).select(["root", "path", "modified_at"]).to_pylist():
                self.con.execute(
                    "UPDATE files SET modified_at = ? WHERE root = ? AND path = ?",
                    [row["modified_at"], row["root"], row["path"]],
                )
            files = files.filter(pc.invert(same))
        at = files.schema.get_field_index("generation")
        return files.set_column(at, files.schema.field(at), pa.array([self.run] * files.num_rows, pa.int32()))

    def _new(self, events: pa.Table) -> pa.Table:
        """The events of a batch that are not in the table yet, the first of each key."""
        keys = events["event_key"].combine_chunks()
        if not len(keys):
            return events
        raw = np.frombuffer(keys.buffers()[1], np.uint64, count=2 * (len(keys) + keys.offset))[2 * keys.offset :]
        first, second = raw[0::2], raw[1::2]
        halves = np.sort(first)
        keep = ~_repeated(first, second, halves)
        stored = halves[self.known.hold(halves)]
        suspects = np.flatnonzero(keep & np.isin(first, stored)) if len(stored) else stored
        if len(suspects):
            keep[suspects[self._stored(keys.take(pa.array(suspects)))]] = False
        self.known.add(first[keep])
        return events if keep.all() else events.filter(pa.array(keep))

    def _stored(self, keys: pa.Array) -> _Array:
        """Which of some keys are stored or wait to be: half of a key may be shared by chance or by design."""
        waiting = pa.chunked_array([c for t in self.events for c in t["event_key"].chunks], pa.binary(16))
        here = np.flatnonzero(pc.is_in(keys, value_set=waiting).to_numpy(zero_copy_only=False))
        self.con.register("suspects", pa.table({"k": keys, "n": pa.array(range(len(keys)), pa.int64())}))
        found = self.con.execute("SELECT n FROM suspects s SEMI JOIN events e ON e.event_key = s.k::UUID").fetchnumpy()[
            "n"
        ]
        self.con.unregister("suspects")
        return np.union1d(here, np.asarray(found, dtype=np.int64))

    def _append(self, table: str, rows: pa.Table) -> None:
        if not rows.num_rows:
            return
        self.con.register("incoming", rows)
        columns = ", ".join(f"({name})::UUID AS {name}" if name == "event_key" else name for name in rows.column_names)
        self.con.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM incoming")
        self.con.unregister("incoming")


def _repeated(first: _Array, second: _Array, halves: _Array) -> _Array:
    """Which keys, given as two halves, stood before; ``halves`` are the first ones in order, as few keys share one and need a look."""
    found = np.zeros(len(first), bool)
    shared = halves[1:][halves[1:] == halves[:-1]]
    if len(shared):
        alike = np.flatnonzero(np.isin(first, shared))
        one, other = first[alike], second[alike]
        order = np.lexsort((alike, other, one))
        again = (one[order][1:] == one[order][:-1]) & (other[order][1:] == other[order][:-1])
        found[alike[order[1:][again]]] = True
    return found


def forget_unfinished(con: duckdb.DuckDBPyConnection) -> None:
    """Takes out events that a killed load wrote before the files that they stand in: those files are read again."""
    con.execute(
        "DELETE FROM events WHERE NOT EXISTS (SELECT 1 FROM event_sources s WHERE s.event_key = events.event_key)"
    )


class Prefixes:
    """The first eight bytes of every key that is stored, in sorted runs: who is not among them is surely new."""

    def __init__(self) -> None:
        self.runs: list[_Array] = []

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection) -> Prefixes:
        """The prefixes of the events in a database."""
        made = cls()
        reader = con.sql("SELECT event_key::BLOB AS k FROM events").to_arrow_reader(1 << 20)
        for batch in reader:
            keys = batch.column(0).cast(pa.binary(16))
            raw = np.frombuffer(keys.buffers()[1], np.uint64, count=2 * (len(keys) + keys.offset))[2 * keys.offset :]
            made.add(raw[0::2])
        return made

    def hold(self, prefixes: _Array) -> _Array:
        """Which of these are among them. They are found several times as fast where they come in order."""
        found = np.zeros(len(prefixes), bool)
        for run in self.runs:
            at = np.minimum(np.searchsorted(run, prefixes), len(run) - 1)
            found |= run[at] == prefixes
        return found

    def add(self, prefixes: _Array) -> None:
        """Takes further ones; runs of like size are merged, so that there are never many."""
        fresh = np.sort(prefixes)
        while self.runs and len(self.runs[-1]) < 2 * len(fresh):
            fresh = np.concatenate((self.runs.pop(), fresh))
            fresh.sort()
        if len(fresh):
            self.runs.append(fresh)


def read_fact(con: duckdb.DuckDBPyConnection, name: str) -> str | None:
    """One fact of the database, or None."""
    rows = con.execute("SELECT value FROM case_facts WHERE name = ?", [name]).fetchall()
    return str(rows[0][0]) if rows else None


def finding(con: duckdb.DuckDBPyConnection, code: str, subject: str, detail: str) -> None:
    """Adds a finding of the loader, once."""
    con.execute(
        """INSERT INTO findings (code, class, subject, detail, found_by) SELECT $1, 'fail', $2, $3, 'load'
        WHERE NOT EXISTS (SELECT 1 FROM findings WHERE code = $1 AND subject = $2 AND detail = $3)""",
        [code, subject, detail],
    )


def fact(con: duckdb.DuckDBPyConnection, name: str, value: Any) -> None:
    """Sets one fact of the database."""
    con.execute("DELETE FROM case_facts WHERE name = ?", [name])
    con.execute("INSERT INTO case_facts VALUES (?, ?)", [name, str(value)])
