"""One event for the detail pane: its fields, its record, where it stood and what proves it, and the chain of its session."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import duckdb

from ctforensics.errors import ParameterError
from ctforensics.originals.rebuild import record_from_row
from ctforensics.show import scale
from ctforensics.show.access import records, rows
from ctforensics.show.html import visible
from ctforensics.trail.columns import EVENT_COLUMNS
from ctforensics.trail.tables import DIMENSIONS

# Gives the bytes of an event's record read again from the evidence, by a cursor and its row; None where they are not at hand.
Raw = Callable[[duckdb.DuckDBPyConnection, dict[str, Any]], bytes | None]
FIELD, RECORD, CHAIN = 4_000, 200_000, 12
_FIELD_OF = {expression: name for name, expression in DIMENSIONS.items()}
_ABOUT = {column.name: column for column in EVENT_COLUMNS}


def checked_key(key: Any) -> str:
    """An event key in its one spelling. Raises ParameterError for what is none."""
    try:
        return str(uuid.UUID(str(key)))
    except ValueError as error:
        raise ParameterError(f"{str(key)[:60]!r} is not an event key.") from error


def row_of(cursor: duckdb.DuckDBPyConnection, key: str, at: int | None = None) -> dict[str, Any]:
    """The row of an event by its key; ``at`` (its time in ms, if known) spares the search. Raises ParameterError for none."""
    wanted = {"key": checked_key(key)}
    sql = "SELECT * FROM events WHERE event_time >= $at AND event_time < $until AND event_key = $key::UUID"
    found: list[dict[str, Any]] = []
    if at is not None:
        found = records(cursor, sql, {**wanted, "at": scale.from_ms(int(at)), "until": scale.from_ms(int(at) + 1)})
    if not found:
        when = rows(cursor, "SELECT epoch_ms(event_time) FROM event_index WHERE event_key = $key::UUID", wanted)
        if not when:
            raise ParameterError(f"There is no event with the key {key}.")
        found = records(
            cursor, sql, {**wanted, "at": scale.from_ms(when[0][0]), "until": scale.from_ms(when[0][0] + 1)}
        )
    return found[0]


def detail(cursor: duckdb.DuckDBPyConnection, key: str, at: int | None = None) -> dict[str, Any]:
    """The fields of one event as text that may be shown; they stand in the database, so they are there at once."""
    row = row_of(cursor, key, at)
    return {
        "key": str(row["event_key"]),
        "time": scale.clock.utc_text(row["event_time"]),
        "title": visible(f"{row['event_name']} · {row['event_source']}", 300),
        "fields": [_field(name, value) for name, value in row.items() if value is not None and name != "record_text"],
    }


def origin(
    cursor: duckdb.DuckDBPyConnection, key: str, raw: Raw | None = None, at: int | None = None
) -> dict[str, Any]:
    """Where one event comes from: its record, read again from the evidence where that is at hand, and the places it stood in."""
    row = row_of(cursor, key, at)
    text, basis = _record(cursor, row, raw)
    return {"record": text, "basis": basis, "provenance": _provenance(cursor, str(row["event_key"]))}


def _field(name: str, value: Any) -> dict[str, Any]:
    column = _ABOUT[name]
    shown = _pretty(value) if column.type == "JSON" else str(value).lower() if isinstance(value, bool) else value
    return {
        "name": name,
        "text": "\n".join(
            visible(line, FIELD)
            for line in str(visible(shown) if not isinstance(shown, str) else shown)[: FIELD * 2].split("\n")
        ),
        "cut": len(str(shown)) > FIELD * 2,
        "testimony": column.field is not None,
        "about": column.about,
        "filter": _FIELD_OF.get(name),
    }


def _pretty(value: str) -> str:
    try:
        return json.dumps(json.loads(value), indent=1, ensure_ascii=False)
    except ValueError:
        return value


def _record(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any], raw: Raw | None) -> tuple[str, str]:
    """The record as text, and what it is: bytes of the evidence, or put together again from the columns."""
    found = raw(cursor, row) if raw else None
    if found is not None:
        text = found.decode("utf-8", "replace")
        basis = f"read again from the evidence: {len(found):,} bytes"
    else:
        text = json.dumps(record_from_row(row), ensure_ascii=False)
        basis = "rebuilt from the columns; the evidence was not read"
    shown = _pretty(text)
    cut = shown[:RECORD]
    note = f", first {RECORD:,} characters shown" if len(shown) > RECORD else ""
    return "\n".join(visible(line) for line in cut.split("\n")), basis + note


def _provenance(cursor: duckdb.DuckDBPyConnection, key: str) -> list[dict[str, Any]]:
    sql = """SELECT f.root, f.path, f.bucket, f.object_key, s.record_index, s.byte_offset, s.byte_length, s.container, s.fidelity,
      f.sha256, f.content_sha256, f.verification, f.verification_code, f.delivered_at, f.outcome
    FROM event_sources s LEFT JOIN files f USING (file_no) WHERE s.event_key = $key::UUID ORDER BY s.file_no, s.record_index LIMIT 50"""
    return [
        {name: visible(value, 1000) for name, value in each.items() if value is not None}
        for each in records(cursor, sql, {"key": key})
    ]


def chain(cursor: duckdb.DuckDBPyConnection, key: str) -> list[dict[str, Any]]:
    """How the event's session came to be: each call that issued the key in use, back to the first, and what came after.

    A role session's key was issued by an AssumeRole that used another key; that one may have been issued too.
    """
    row = row_of(cursor, key)
    steps: list[dict[str, Any]] = []
    used, seen = row["access_key_id"], set()
    while used and used not in seen and len(steps) < CHAIN:
        seen.add(used)
        issued = records(cursor, _ISSUED, {"used": used})
        steps = [_step(each, "issued " + used) for each in issued[:1]] + steps
        used = issued[0]["access_key_id"] if issued else None
    steps.append(_step(row, "this event", here=True))
    if row["access_key_id"]:
        onward = records(cursor, _ONWARD, {"used": row["access_key_id"]})
        steps += [_step(each, "handed over to " + str(each["issued_access_key_id"])) for each in onward]
    return steps


_STEP = "event_key, event_time, event_name, actor, access_key_id, issued_access_key_id, outcome, source_ip_address"
_ISSUED = f"SELECT {_STEP} FROM events WHERE issued_access_key_id = $used ORDER BY event_time, event_id LIMIT 1"
_ONWARD = f"""SELECT {_STEP} FROM events WHERE access_key_id = $used AND issued_access_key_id IS NOT NULL
ORDER BY event_time, event_id LIMIT 20"""


def _step(row: dict[str, Any], what: str, here: bool = False) -> dict[str, Any]:
    return {
        "key": str(row["event_key"]),
        "time": scale.clock.utc_text(row["event_time"]),
        "what": visible(what, 200),
        "event_name": visible(row["event_name"], 160),
        "actor": visible(row["actor"], 160),
        "access_key": visible(row["access_key_id"], 160),
        "address": visible(row["source_ip_address"], 160),
        "here": here,
    }
