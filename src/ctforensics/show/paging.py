"""The event table by position: any page of millions of rows by a range of ``seq`` (or of the filter's row numbers), never OFFSET."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import duckdb

from ctforensics.show import scale
from ctforensics.show.access import records, row, rows
from ctforensics.show.counting import Source
from ctforensics.show.html import visible
from ctforensics.show.where import KINDS, Predicate

PAGE_DIMENSIONS = (
    "event_name",
    "service",
    "actor",
    "session",
    "address",
    "region",
    "account",
    "access_key",
    "error",
    "target",
    "agent",
    "verification",
)
CELL = 160
_KNOWN = 20_000  # texts of one field that are kept at hand
_UUID = re.compile(r"^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$")


Texts = dict[str, dict[int, str]]


def page(
    cursor: duckdb.DuckDBPyConnection, source: Source, first: int, size: int, base: int, known: Texts | None = None
) -> dict[str, Any]:
    """Rows ``first`` to ``first + size`` of the source with the texts of their values.

    Each row holds numbers into ``values``, so that a text of a megabyte crosses once and cut. ``ties`` tells whether the row
    before it, in or outside the page, has the same second: the log does not tell their order. ``known`` keeps the texts of
    values that were looked up before.
    """
    numbers = ", ".join(f"i.{name}_no" for name in PAGE_DIMENSIONS)
    start = max(first - 1, 0)
    bounds = {"a": start + base, "b": first + size + 1 + base}
    if source.filtered:
        sql = f"""SELECT m.rowid AS pos, i.seq, epoch_us(i.event_time), i.kind, i.event_key::VARCHAR, {numbers}
        FROM {source.table} m JOIN event_index i ON i.seq = m.seq WHERE m.rowid >= $a AND m.rowid < $b ORDER BY m.rowid"""
        bounds = {"a": start, "b": first + size + 1}
        span = row(cursor, f"SELECT min(seq), max(seq) FROM {source.table} WHERE rowid >= $a AND rowid < $b", bounds)
        # The range of seq lets the scan of the index skip everything else.
        sql = sql.replace("WHERE m.rowid", "WHERE i.seq BETWEEN $lo AND $hi AND m.rowid")
        found = rows(cursor, sql, {**bounds, "lo": span[0], "hi": span[1]}) if span[0] is not None else []
    else:
        sql = f"""SELECT i.seq - {int(base)}, i.seq, epoch_us(i.event_time), i.kind, i.event_key::VARCHAR, {numbers}
        FROM event_index i WHERE i.seq >= $a AND i.seq < $b ORDER BY i.seq"""
        found = rows(cursor, sql, bounds)
    return _packed(cursor, found, first, size, {} if known is None else known)


def first_page(cursor: duckdb.DuckDBPyConnection, predicate: Predicate, size: int, known: Texts) -> dict[str, Any]:
    """The first rows under a filter whose matches are not gathered: the scan ends where it has enough of them.

    The index stands in time order, and a scan that ends early keeps it.
    """
    numbers = ", ".join(f"i.{name}_no" for name in PAGE_DIMENSIONS)
    sql = f"""SELECT * FROM (SELECT 0, i.seq AS seq, epoch_us(i.event_time), i.kind, i.event_key::VARCHAR, {numbers}
    FROM event_index i WHERE {predicate.sql} LIMIT {int(size) + 1}) ORDER BY seq"""
    found = rows(cursor, sql, predicate.values)
    return _packed(cursor, [(at, *each[1:]) for at, each in enumerate(found)], 0, size, known)


def sorted_page(
    cursor: duckdb.DuckDBPyConnection,
    field: str,
    predicate: Predicate,
    span: tuple[datetime, datetime],
    descending: bool,
    most: int,
    known: Texts,
) -> dict[str, Any]:
    """The first ``most`` rows of a span by the values of a field, rows without a value last; their ``pos`` counts from 0.

    Equal values stand in time order. Values are ranked in their own table, so that no row's text is compared.
    """
    numbers = ", ".join(f"i.{name}_no" for name in PAGE_DIMENSIONS)
    way = "DESC" if descending else "ASC"
    rank, join = f"i.kind {way}", ""
    if field != "kind":
        join = f"""LEFT JOIN (SELECT no, row_number() OVER (ORDER BY value) AS rank FROM dim_{field}) r ON r.no = i.{field}_no"""
        rank = f"r.rank {way} NULLS LAST"
    sql = f"""SELECT 0, i.seq, epoch_us(i.event_time), i.kind, i.event_key::VARCHAR, {numbers} FROM event_index i {join}
    WHERE i.event_time >= $since AND i.event_time < $until AND {predicate.sql} ORDER BY {rank}, i.seq LIMIT {int(most)}"""
    found = rows(cursor, sql, {**predicate.values, "since": span[0], "until": span[1]})
    placed = [(at, *each[1:]) for at, each in enumerate(found)]
    packed = _packed(cursor, placed, 0, most, known)
    return {**packed, "rows": [{**each, "tie": False} for each in packed["rows"]], "field": field}


def _packed(
    cursor: duckdb.DuckDBPyConnection, found: list[tuple[Any, ...]], first: int, size: int, known: Texts
) -> dict[str, Any]:
    second = {each[0]: each[2] // 1_000_000 for each in found}
    kept = [each for each in found if first <= each[0] < first + size]
    values = {
        name: _texts(cursor, name, {each[5 + at] for each in kept}, known) for at, name in enumerate(PAGE_DIMENSIONS)
    }
    out = [
        {
            "pos": each[0],
            "seq": each[1],
            "t": each[2] // 1000,
            "time": _time(each[2]),
            "kind": KINDS[each[3]],
            "key": each[4],
            "no": list(each[5:]),
            "tie": second.get(each[0] - 1) == second[each[0]] or second.get(each[0] + 1) == second[each[0]],
        }
        for each in kept
    ]
    return {"first": first, "rows": out, "values": values, "dimensions": list(PAGE_DIMENSIONS)}


def _texts(cursor: duckdb.DuckDBPyConnection, name: str, numbers: set[int], known: Texts) -> dict[int, str]:
    held = known.setdefault(name, {})
    wanted = [int(number) for number in numbers if number > 0 and number not in held]
    if wanted:
        if len(held) > _KNOWN:
            held.clear()
            wanted = [int(number) for number in numbers if number > 0]
        sql = f"SELECT no, left(value, {CELL + 1}), length(value) FROM dim_{name} WHERE no IN ({', '.join(map(str, wanted))})"
        held |= {no: cut(value, length) for no, value, length in rows(cursor, sql)}
    return {number: held[number] for number in numbers if number in held}


def cut(value: str, length: int) -> str:
    """A value's beginning as visible text; says how long it is where it was cut."""
    shown = visible(value[:CELL])
    return shown if length <= CELL else f"{shown}… ({length:,} characters)"


def _time(us: int) -> str:
    instant = scale.from_ms(us // 1000).replace(microsecond=us % 1_000_000)
    return scale.clock.utc_text(instant)


def find(cursor: duckdb.DuckDBPyConnection, text: str) -> dict[str, Any] | None:
    """Where an instant, an event id or an event key is: its time in ms, and seq and key where it names an event."""
    wanted = text.strip()
    if not _UUID.match(wanted):
        return {"t": scale.to_ms(scale.clock.parse_instant(wanted)), "key": None, "seq": None}
    sql = """SELECT epoch_ms(i.event_time) AS t, i.event_key::VARCHAR AS "key", i.seq FROM event_index i WHERE i.event_key = $text::UUID"""
    by_key = records(cursor, sql, {"text": wanted})
    if by_key:
        return by_key[0]
    sql = """SELECT epoch_ms(i.event_time) AS t, i.event_key::VARCHAR AS "key", i.seq FROM events e
    JOIN event_index i ON i.event_key = e.event_key WHERE lower(e.event_id) = lower($text) ORDER BY i.seq LIMIT 1"""
    by_id = records(cursor, sql, {"text": wanted})
    return by_id[0] if by_id else None
