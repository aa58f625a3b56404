"""Putting rows into the next database: whole files in one transaction, so that a kill leaves whole files or nothing of them."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ctforensics.load.reader import Chunk
from ctforensics.trail import tables

ROW_GROUP = 122_880
MEMORY = "700MB"
FILES_AT_ONCE = 60_000


def connect(path: str) -> duckdb.DuckDBPyConnection:
    """A connection with the database at ``path`` attached as ``nextgen`` in storage version v1.5.0, and made the default.

    Memory is bounded; what does not fit goes into a folder beside the database that is gone when the connection closes.
    """
    con = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "temp_directory": f"{path}.tmp"})
    con.execute("SET TimeZone = 'UTC'")
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


class Store:
    """Takes chunks in their order and puts them into the tables a row group at a time, each event once."""

    def __init__(self, con: duckdb.DuckDBPyConnection, run: int) -> None:
        self.con, self.run = con, run
        first = con.execute("SELECT coalesce(max(file_no), 0) + 1 FROM files").fetchall()[0][0]
        self.next_no = int(first)
        self.known = Prefixes.of(con)
        self.waiting: list[Chunk] = []
        self.rows = self.files = 0

    def add(self, chunk: Chunk) -> None:
        """Takes a chunk; every so many rows or files they are written and committed."""
        self.waiting.append(chunk)
        self.rows += chunk.sources.num_rows
        self.files += chunk.files.num_rows
        if self.rows >= ROW_GROUP or self.files >= FILES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Writes what is waiting in one transaction."""
        if not self.waiting:
            return
        files, events, sources, rejects, aggregated = [], [], [], [], []
        for chunk in self.waiting:
            files.append(self._numbered(chunk.files, pa.array(range(chunk.files.num_rows), pa.int32())))
            sources.append(self._numbered(chunk.sources, chunk.sources["file_no"]))
            rejects.append(self._numbered(chunk.rejects, chunk.rejects["file_no"]))
            aggregated.append(self._numbered(chunk.aggregated, chunk.aggregated["file_no"]))
            events.append(chunk.events)
            self.next_no += chunk.files.num_rows
        self.con.execute("BEGIN")
        try:
            self._append("files", self._whole_files(pa.concat_tables(files)))
            self._append("events", self._new(pa.concat_tables(events)))
            self._append("event_sources", pa.concat_tables(sources))
            self._append("rejects", pa.concat_tables(rejects))
            self._append("aggregated_activity", pa.concat_tables(aggregated))
            self.con.execute("COMMIT")
        except BaseException:
            self.con.execute("ROLLBACK")
            raise
        self.waiting, self.rows, self.files = [], 0, 0

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
        order = np.lexsort((np.arange(len(first)), second, first))
        repeats = (first[order][1:] == first[order][:-1]) & (second[order][1:] == second[order][:-1])
        keep = np.ones(len(first), bool)
        keep[order[1:][repeats]] = False
        suspects = np.flatnonzero(keep & self.known.hold(first))
        if len(suspects):
            keep[suspects[self._stored(keys.take(pa.array(suspects)))]] = False
        self.known.add(first[keep])
        return events if keep.all() else events.filter(pa.array(keep))

    def _stored(self, keys: pa.Array) -> np.ndarray[Any, Any]:
        """Which of some keys are in the table: half of a key may be shared by chance or by design."""
        self.con.register("suspects", pa.table({"k": keys, "n": pa.array(range(len(keys)), pa.int64())}))
        found = self.con.execute("SELECT n FROM suspects s SEMI JOIN events e ON e.event_key = s.k::UUID").fetchnumpy()[
            "n"
        ]
        self.con.unregister("suspects")
        return np.asarray(found, dtype=np.int64)

    def _append(self, table: str, rows: pa.Table) -> None:
        if not rows.num_rows:
            return
        self.con.register("incoming", rows)
        columns = ", ".join(f"({name})::UUID AS {name}" if name == "event_key" else name for name in rows.column_names)
        self.con.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM incoming")
        self.con.unregister("incoming")


class Prefixes:
    """The first eight bytes of every key that is stored, in sorted runs: who is not among them is surely new."""

    def __init__(self) -> None:
        self.runs: list[np.ndarray[Any, Any]] = []

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

    def hold(self, prefixes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Which of these are among them."""
        found = np.zeros(len(prefixes), bool)
        for run in self.runs:
            at = np.minimum(np.searchsorted(run, prefixes), len(run) - 1)
            found |= run[at] == prefixes
        return found

    def add(self, prefixes: np.ndarray[Any, Any]) -> None:
        """Takes further ones; runs of like size are merged, so that there are never many."""
        fresh = np.sort(prefixes)
        while self.runs and len(self.runs[-1]) < 2 * len(fresh):
            fresh = np.sort(np.concatenate((self.runs.pop(), fresh)), kind="stable")
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
