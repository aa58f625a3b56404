"""Which events leave: all, or those for which an SQL condition of the analyst holds, judged in the locked room."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from ctforensics.ask.room import Room
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import ParameterError
from ctforensics.originals.records import Original, originals

_FEW = 2000  # this many keys are named to the reader of records; beyond that it reads all and keeps the chosen


def keys(room: Room, where: str) -> set[str]:
    """The event keys for which the condition holds. Raises QueryError where it is no condition."""
    _, _, rows, _ = room.sql(f"SELECT DISTINCT event_key FROM events WHERE ({where}\n)", {})
    return {str(row[0]) for row in rows}


def of_ids(room: Room, wanted: list[str]) -> list[str]:
    """The event keys behind event ids or event keys, in time order. Raises ParameterError naming what is not there."""
    statement = """SELECT event_key, event_id FROM events
WHERE list_contains($wanted, event_id) OR list_contains($wanted, event_key::VARCHAR) ORDER BY event_time, event_id, event_key"""
    _, _, rows, _ = room.sql(statement, {"wanted": [w.strip() for w in wanted]})
    found = {str(cell).lower() for row in rows for cell in row}
    lost = [w for w in wanted if w.strip().lower() not in found]
    if lost:
        raise ParameterError(
            f"No event has the id or key {', '.join(lost[:5])}.", hint="Name event ids as the answers print them."
        )
    return [str(row[0]) for row in rows]


def records(folder: CaseFolder, chosen: set[str] | None) -> Iterator[Original]:
    """The records of the chosen events (all for None), once each, with their bytes, in time order."""
    if chosen is None:
        yield from originals(folder, distinct=True)
    elif len(chosen) <= _FEW:
        named = ", ".join(f"'{uuid.UUID(key)}'" for key in sorted(chosen))  # UUIDs only: nothing else can stand here
        if chosen:
            yield from originals(folder, distinct=True, where=f"e.event_key IN ({named})")
    else:
        yield from (original for original in originals(folder, distinct=True) if original.event_key in chosen)


def rows(room: Room, where: str, columns: str) -> Iterator[dict[str, Any]]:
    """Columns of the chosen events in time order, fetched in pieces. ``columns`` is ours; ``where`` was judged before."""
    with room.asking() as cursor:
        cursor.execute(f"SELECT {columns} FROM events WHERE ({where}\n) ORDER BY event_time, event_id, event_key")
        names = [column[0] for column in cursor.description or []]
        while batch := cursor.fetchmany(10_000):
            yield from (dict(zip(names, row, strict=True)) for row in batch)
