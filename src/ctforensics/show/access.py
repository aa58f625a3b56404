"""What charts and widgets need of a case: cursors on one locked, read-only session. ``ask.room.Room`` is one."""

from __future__ import annotations

from typing import Any, Protocol

import duckdb


class Access(Protocol):
    """Gives cursors on which the case's tables stand under their plain names and nothing can be written."""

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for each widget and thread: DuckDB refuses a second call on a busy one."""
        ...


def rows(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a statement with bound values; a result that is not drained would block the cursor."""
    return cursor.execute(sql, values or {}).fetchall()


def row(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """The one row of a statement that always has one."""
    return rows(cursor, sql, values)[0]


def records(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """All rows as dicts by column name."""
    found = cursor.execute(sql, values or {}).fetchall()
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, each, strict=True)) for each in found]
