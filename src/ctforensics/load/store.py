"""Putting rows into the next database: whole files in one transaction, so that a kill leaves whole files or nothing of them."""

from __future__ import annotations

import uuid
from typing import Any

import duckdb
import pyarrow as pa

from ctforensics.load.plan import Known
from ctforensics.load.reader import FileRead
from ctforensics.trail import tables
from ctforensics.trail.columns import EVENT_COLUMNS

_ARROW = {"TIMESTAMP": pa.timestamp("us"), "BOOLEAN": pa.bool_(), "VARCHAR[]": pa.list_(pa.string())}
EVENTS = pa.schema(
    [pa.field(c.name, pa.binary(16) if c.type == "UUID" else _ARROW.get(c.type, pa.string())) for c in EVENT_COLUMNS]
)
SOURCES = pa.schema(
    [
        ("event_key", pa.binary(16)),
        ("file_no", pa.int32()),
        ("record_index", pa.int32()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int32()),
        ("container", pa.string()),
        ("fidelity", pa.string()),
    ]
)
REJECTS = pa.schema(
    [
        ("file_no", pa.int32()),
        ("record_index", pa.int32()),
        ("byte_offset", pa.int64()),
        ("byte_length", pa.int64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("excerpt", pa.string()),
    ]
)
_FILE_TYPES = {
    **dict.fromkeys(("delivered_at", "first_event_time", "last_event_time", "modified_at"), pa.timestamp("us")),
    **dict.fromkeys(("size", "records", "events", "duplicates", "poorer_copies", "rejected", "sifted"), pa.int64()),
    **dict.fromkeys(("file_no", "generation"), pa.int32()),
    "flags": pa.list_(pa.string()),
}
_FILE_NAMES = [
    "file_no",
    "root",
    "path",
    "bucket",
    "object_key",
    "size",
    "sha256",
    "content_sha256",
    "kind",
    "container",
    "source_form",
    "account",
    "region",
    "organization",
    "delivered_at",
    "outcome",
    "reason",
    "flags",
    "records",
    "events",
    "duplicates",
    "poorer_copies",
    "rejected",
    "sifted",
    "first_event_time",
    "last_event_time",
    "verification",
    "verification_code",
    "modified_at",
    "generation",
]
FILES = pa.schema([(name, _FILE_TYPES.get(name, pa.string())) for name in _FILE_NAMES])


def connect(path: str, settings: dict[str, str] | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with the database at ``path`` attached as ``nextgen`` in storage version v1.5.0, and made the default."""
    con = duckdb.connect(":memory:", config={"preserve_insertion_order": "true", **(settings or {})})
    con.execute("SET TimeZone = 'UTC'")
    con.execute(f"ATTACH '{path.replace(chr(39), chr(39) * 2)}' AS nextgen (STORAGE_VERSION 'v1.5.0')")
    con.execute("USE nextgen")
    return con


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables and views where they are not there yet."""
    have = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    for name, statement in tables.DDL.items():
        if name not in have:
            con.execute(statement)
    views = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    for name, statement in tables.VIEWS.items():
        if name not in views:
            con.execute(statement)


def known(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], Known]:
    """What the database holds of each path: the newest row where a path was seen with several contents."""
    rows = con.execute("SELECT root, path, file_no, size, modified_at, sha256, outcome FROM files ORDER BY file_no")
    return {(r[0], r[1]): Known(*r[2:]) for r in rows.fetchall()}


def insert(con: duckdb.DuckDBPyConnection, batch: list[FileRead], first_no: int, generation: int) -> None:
    """Adds whole files in one transaction, numbered from ``first_no`` in their order."""
    files: list[dict[str, Any]] = []
    events: dict[bytes, dict[str, Any]] = {}
    sources: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    for number, read in enumerate(batch, first_no):
        files.append({**read.file, "file_no": number, "generation": generation})
        for made in read.events:
            events.setdefault(made["event_key"], made)
        sources += [{**row, "file_no": number} for row in read.sources]
        rejects += [{**row, "file_no": number} for row in read.rejects]
    con.execute("BEGIN")
    _append(con, "files", pa.Table.from_pylist(files, FILES))
    if events:
        new = pa.Table.from_pylist(list(events.values()), EVENTS)
        _append(con, "events", new, "WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.event_key = b.event_key::UUID)")
    _append(con, "event_sources", pa.Table.from_pylist(sources, SOURCES))
    _append(con, "rejects", pa.Table.from_pylist(rejects, REJECTS))
    con.execute("COMMIT")


def _append(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, where: str = "") -> None:
    if not rows.num_rows:
        return
    con.register("incoming", rows)
    columns = ", ".join(
        "(b.event_key)::UUID AS event_key" if name == "event_key" else f"b.{name}" for name in rows.column_names
    )
    con.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM incoming b {where}")
    con.unregister("incoming")


def key_text(key: bytes) -> str:
    """An event key as DuckDB prints it."""
    return str(uuid.UUID(bytes=key))


def fact(con: duckdb.DuckDBPyConnection, name: str, value: Any) -> None:
    """Sets one fact of the database."""
    con.execute("DELETE FROM case_facts WHERE name = ?", [name])
    con.execute("INSERT INTO case_facts VALUES (?, ?)", [name, str(value)])
