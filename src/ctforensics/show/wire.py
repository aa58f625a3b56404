"""Filters and marks on their way between browser and case: long values travel as numbers, never as text.

A condition from the browser may name values by their number in ``dim_*`` (``nos``), so that a value of a megabyte never crosses;
here it becomes the value again. What goes out carries words to show and whatever form comes back unharmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from ctforensics.errors import ParameterError
from ctforensics.notes import note as notes
from ctforensics.notes.book import NoteBook
from ctforensics.show import record, scale, where
from ctforensics.show.access import rows
from ctforensics.show.html import visible

if TYPE_CHECKING:
    from ctforensics.show.desk import Desk
    from ctforensics.show.session import TimelineSession

SHORT = 200
MOST_LABELLED = 20_000


def incoming(session: TimelineSession, raw: Any) -> list[dict[str, Any]]:
    """A filter from the browser with every number turned into its value."""
    if not isinstance(raw, list) or len(raw) > 50:
        raise ParameterError("A filter from the browser is a list of at most 50 conditions.")
    with session.held() as cursor:
        return where.checked([_valued(cursor, each) for each in raw])


def _valued(cursor: duckdb.DuckDBPyConnection, raw: Any) -> Any:
    if not isinstance(raw, dict):
        raise ParameterError("A condition is an object.")
    kept = {name: value for name, value in raw.items() if name != "words"}
    if "nos" not in kept:
        return kept
    numbers, field = [int(n) for n in kept.pop("nos")], kept.get("field")
    if field not in where.FIELDS:
        raise ParameterError(f"There is no field {str(field)[:40]!r} to filter by.")
    return {**kept, "is": _values(cursor, str(field), numbers)}


def _values(cursor: duckdb.DuckDBPyConnection, field: str, numbers: list[int]) -> list[str | None]:
    if field == "kind":
        return [where.KINDS[n] for n in numbers if 0 <= n < len(where.KINDS)]
    sql = f"SELECT value FROM dim_{field} WHERE no > 0 AND no IN (SELECT unnest($numbers::INTEGER[]))"
    none: list[str | None] = [None] if 0 in numbers else []
    return [value for (value,) in rows(cursor, sql, {"numbers": numbers})] + none


def outgoing(cursor: duckdb.DuckDBPyConnection, conditions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A filter for the browser: each condition with its ``words``, long values as numbers."""
    return [{**_short(cursor, each), "words": visible(where.words([each]), 160)} for each in conditions]


def _short(cursor: duckdb.DuckDBPyConnection, condition: dict[str, Any]) -> dict[str, Any]:
    values = condition.get("is")
    if not values or all(v is None or len(v) <= SHORT for v in values):
        return condition
    kept = {name: value for name, value in condition.items() if name != "is"}
    return {**kept, "nos": where.numbers_of(cursor, condition["field"], values)}


def of_event(cursor: duckdb.DuckDBPyConnection, key: str, fields: list[str]) -> list[dict[str, Any]]:
    """Conditions that an event itself fulfils, one for each field."""
    unknown = [f for f in fields if f not in where.FIELDS]
    if unknown:
        raise ParameterError(f"There is no field {str(unknown[0])[:40]!r} to filter by.")
    columns = ", ".join("kind" if f == "kind" else f"{f}_no" for f in fields)
    sql = f"SELECT {columns} FROM event_index WHERE event_key = $key::UUID"
    (numbers,) = rows(cursor, sql, {"key": record.checked_key(key)})
    found = [{"field": f, "is": _values(cursor, f, [n])} for f, n in zip(fields, numbers, strict=True)]
    return outgoing(cursor, found)


def mark(desk: Desk, book: NoteBook, request: dict[str, Any]) -> None:
    """One act of marking: star, unstar, label, comment, label_all, range, undo. Texts come from the analyst."""
    act, text = str(request.get("act")), str(request.get("text", ""))
    if act == "undo":
        book.undo(request.get("note"))
    elif act == "unstar":
        book.unstar(record.checked_key(request["key"]))
    elif act == "label_all":
        book.label_all(desk.matching(MOST_LABELLED), text)
    elif act == "star":
        key, at = _placed(desk, request["key"])
        book.star(key, at, text)
    elif act in ("label", "comment"):
        subject = _subject(desk, request)
        book.label(subject, text) if act == "label" else book.comment(subject, text)
    else:
        raise ParameterError(f"{act[:40]!r} is nothing that one can mark.")


def _subject(desk: Desk, request: dict[str, Any]) -> notes.Subject:
    if request.get("range"):
        lo, hi = (scale.ms_text(int(ms)) for ms in request["range"])
        return notes.span(lo, hi)
    if request.get("field"):
        with desk.session.held() as cursor:
            (value,) = _values(cursor, str(request["field"]), [int(request["no"])])
        return notes.entity(str(request["field"]), value or "")
    return notes.event(*_placed(desk, request["key"]))


def _placed(desk: Desk, key: Any) -> tuple[str, str]:
    """An event's key and time, looked up: the browser is not asked for facts."""
    with desk.session.held() as cursor:
        row = record.row_of(cursor, record.checked_key(key))
    return str(row["event_key"]), scale.clock.utc_text(row["event_time"])
