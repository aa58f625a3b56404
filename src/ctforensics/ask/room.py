"""The locked room: a read-only connection to the case database in which questions run.

The case database is attached read-only, the shared macros and the investigator's inputs stand beside it, and then file
access is switched off and the configuration locked: whatever a statement says, it can only read the case.
"""

from __future__ import annotations

import os
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from ctforensics import content
from ctforensics.ask import inputs as given
from ctforensics.ask import places
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError, QueryError

ATTACHED = "case_db"


class Room:
    """Reads one generation of a case database. Make a cursor for each thread: DuckDB refuses to share one.

    ``inputs`` is the folder of what the investigator brings; ``temp`` where DuckDB may spill; ``memory_limit`` such as
    ``'2GB'``. Raises CaseError where there is no database or DuckDB cannot read it.
    """

    def __init__(
        self,
        database: Path,
        *,
        macros: Path | None = None,
        inputs: Path | None = None,
        temp: Path | None = None,
        memory_limit: str | None = None,
    ) -> None:
        self.database = database
        self.facts: dict[str, Any] = {}  # what was found out once about this generation
        self._token = _token(database)
        self.inputs = given.read(inputs)
        self.address_databases = places.databases(inputs)
        self._filling = threading.Lock()
        self._filled = False
        self._con = duckdb.connect(":memory:")
        self._alone = threading.Lock()  # DuckDB refuses, instead of waiting, where two threads want a cursor at once
        self._running: list[duckdb.DuckDBPyConnection] = []
        try:
            self._attach(temp, memory_limit)
            self._con.execute((macros or content.folder("queries") / "_macros.sql").read_text("utf-8"))
        except duckdb.Error as error:
            self._con.close()
            raise CaseError(
                f"The case database cannot be read: {str(error).splitlines()[0]}",
                where=str(database),
                hint="Delete it and load the evidence again; nothing but the load's time is lost.",
            ) from error
        self._con.execute("SET enable_external_access=false")
        self._con.execute("SET lock_configuration=true")

    @classmethod
    def of_case(cls, folder: CaseFolder) -> Room:
        """The room of a case: its database, its inputs, and room to spill beside it where that can be written."""
        spill = folder.path if os.access(folder.path, os.W_OK) else Path(tempfile.gettempdir())
        return cls(folder.database, inputs=folder.inputs, temp=spill / ".spill")

    def _attach(self, temp: Path | None, memory_limit: str | None) -> None:
        con = self._con
        con.execute("SET GLOBAL TimeZone='UTC'")
        # DuckDB 2.0 fails on some questions ("BindBuiltinScalarFunction did not return ...") where statistics settle a comparison.
        # Measured on a million events: all questions together take as long with these two as without them.
        con.execute("SET GLOBAL disabled_optimizers='in_clause,statistics_propagation'")
        if memory_limit:
            con.execute("SET memory_limit=?", [memory_limit])
        if temp is not None:
            con.execute("SET temp_directory=?", [str(temp)])
        con.execute(f"ATTACH {_quoted(str(self.database))} AS {ATTACHED} (READ_ONLY)")
        tables = con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = ?", [ATTACHED]
        ).fetchall()
        for (name,) in tables:
            own = '"' + name.replace('"', '""') + '"'  # a case that came from elsewhere may hold any name
            con.execute(f"CREATE VIEW {own} AS FROM {ATTACHED}.{own}")
        given.create(con, self.inputs)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same room, for one thread. Close it when done."""
        with self._alone:
            return self._con.cursor()

    def prepare(self, text: str) -> None:
        """Looks addresses up in the investigator's databases before the first statement that asks where they lie."""
        if self.address_databases and places.TABLE in text:
            with self._filling:
                if not self._filled:
                    with self.asking() as cursor:
                        places.fill(cursor, self.address_databases)
                    self._filled = True

    @contextmanager
    def asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that ``interrupt`` can reach while it runs."""
        cursor = self.cursor()
        self._running.append(cursor)
        try:
            yield cursor
        finally:
            self._running.remove(cursor)
            cursor.close()

    def interrupt(self) -> None:
        """Stops what is running, from any thread."""
        for cursor in list(self._running):
            cursor.interrupt()

    def is_current(self) -> bool:
        """Whether the database that was opened is still the published one."""
        try:
            return _token(self.database) == self._token
        except CaseError:
            return False

    def sql(
        self, text: str, params: dict[str, Any] | None = None, limit: int | None = None
    ) -> tuple[list[str], list[str], list[tuple[Any, ...]], bool]:
        """Columns, types, rows and whether rows were left, of one reading statement. Raises QueryError otherwise."""
        try:
            statements = duckdb.extract_statements(text)
            readable = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
            if len(statements) != 1 or statements[0].type not in readable:
                raise QueryError("One SELECT statement runs here, nothing that writes.", hint="The case is read-only.")
            self.prepare(text)
            with self.asking() as cursor:
                wanted = None if limit is None else limit + 1
                columns, types, rows = fetch(cursor, text, params or {}, wanted)
                return columns, types, rows[:limit], limit is not None and len(rows) > limit
        except duckdb.Error as error:
            raise QueryError(first_line(error), hint=hint_of(error)) from error

    def count(self, text: str, params: dict[str, Any] | None = None) -> int:
        """How many rows a statement that ``sql`` has run gives without a limit."""
        with self.asking() as cursor:
            try:
                return counted(cursor, text, params or {})
            except duckdb.Error as error:
                raise QueryError(first_line(error)) from error

    def close(self) -> None:
        """Lets go of the database."""
        with self._alone:
            self._con.close()

    def __enter__(self) -> Room:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()


def fetch(
    cursor: duckdb.DuckDBPyConnection, sql: str, params: dict[str, Any], limit: int | None = None
) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    """Runs a statement and fetches at most ``limit`` rows; UUIDs come as text."""
    cursor.execute(sql, params or None)
    description = cursor.description or []
    columns, types = [d[0] for d in description], [str(d[1]) for d in description]
    rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
    keys = [i for i, type_ in enumerate(types) if type_ == "UUID"]
    return columns, types, [_with_text(row, keys) for row in rows] if keys else rows


def counted(cursor: duckdb.DuckDBPyConnection, sql: str, params: dict[str, Any]) -> int:
    """How many rows a reading statement gives."""
    statement = sql.rstrip().rstrip(";")  # a comment at its end would swallow the bracket: it stands on its own line
    return int((cursor.execute(f"SELECT count(*) FROM (\n{statement}\n)", params or None).fetchone() or (0,))[0])


def _with_text(row: tuple[Any, ...], keys: list[int]) -> tuple[Any, ...]:
    cells = list(row)
    for i in keys:
        cells[i] = str(cells[i]) if isinstance(cells[i], uuid.UUID) else cells[i]
    return tuple(cells)


def first_line(error: Exception) -> str:
    """DuckDB's sentence without its prefix and without the excerpt of the statement."""
    line = str(error).splitlines()[0]
    return line.split("Error: ", 1)[-1]


def hint_of(error: Exception) -> str | None:
    """The place in the statement that DuckDB points at, where it does."""
    lines = [line for line in str(error).splitlines() if line.startswith("LINE ")]
    return lines[0] if lines else None


def _token(database: Path) -> tuple[int, int, int]:
    try:
        status = database.stat()
    except FileNotFoundError as error:
        raise CaseError(
            "Nothing was loaded into this case yet.",
            where=str(database.parent),
            hint=f"Run: ctforensics load {database.parent} PATH",
        ) from error
    return status.st_ino, status.st_size, status.st_mtime_ns


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
