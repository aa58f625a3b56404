"""Runs one question in the locked room with bound parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from ctforensics.ask.params import bind
from ctforensics.ask.question import Question
from ctforensics.ask.room import Room, counted, fetch, first_line, hint_of
from ctforensics.errors import ParameterError, QueryError

NO_TIME = datetime(1970, 1, 1)
FIRST_TIME = datetime(1970, 1, 1, 0, 0, 1)  # records without any time stand one second before this


@dataclass(slots=True)
class Rows:
    """What a question answered. ``bound`` holds every parameter of the question; ``more`` says that rows were left,
    ``total`` how many there are with them where that was counted. ``sent`` are the names and values with which the statement,
    run again as it stands, gives these rows."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    sql: str
    bound: dict[str, Any] = field(default_factory=dict)
    more: bool = False
    total: int | None = None
    sent: dict[str, Any] = field(default_factory=dict)

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def column(self, name: str) -> list[Any]:
        """The values of one column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def run(
    room: Room,
    question: Question,
    params: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    timeless: bool = False,
    count: bool = False,
) -> Rows:
    """The rows of a question, at most ``limit``; with ``timeless`` those of the records that carry no time at all.

    With ``count`` the rows beyond the limit are counted too.

    Raises ParameterError for missing, surplus or mistyped parameters and QueryError where DuckDB refuses.
    """
    bound = bind(question.all_params, params or {}, question.name)
    used = duckdb.extract_statements(question.sql)[0].named_parameters
    for name, value in (params or {}).items():
        if name not in used and value is not None:
            raise ParameterError(f"{question.name} does not look at {name!r}.", hint="Leave it out.")
    sent = {name: bound[name] for name in used}
    _set_window(sent, timeless)
    room.prepare(question.sql)
    try:
        with room.asking() as cursor:
            wanted = None if limit is None else limit + 1
            columns, types, rows = fetch(cursor, question.sql, sent, wanted)
            more = limit is not None and len(rows) > limit
            total = counted(cursor, question.sql, sent) if more and count else None
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        raise QueryError(first_line(error), where=str(question.path), hint=hint_of(error)) from error
    return Rows(columns, types, rows[:limit] if more else rows, question.sql, bound, more, total, sent)


def _set_window(sent: dict[str, Any], timeless: bool) -> None:
    """Keeps records without time out of the windowed answer, or asks for nothing but them."""
    if timeless:
        sent.update({name: value for name, value in (("since", NO_TIME), ("until", FIRST_TIME)) if name in sent})
    elif "since" in sent:
        sent["since"] = max(sent["since"], FIRST_TIME)
