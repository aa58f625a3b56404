"""Counts of events over time: from the minute rollup inside, from the rows themselves at the two cut minutes.

Serving a range from the rollup alone would count the whole of a cut minute. What holds here, and is tested: the bars of a
range add up to the count shown, and that is what plain SQL over ``events`` counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from ctforensics.show import scale
from ctforensics.show.access import row, rows
from ctforensics.show.where import KINDS, Predicate

# CloudTrail began in November 2013; an earlier stamp is a clock gone wrong or a lie.
FIRST_PLAUSIBLE = scale.to_ms(scale.clock.parse_instant("2013-11-01"))
# Milliseconds from before the year 1 until 1970: no record can claim an earlier time.
_CALENDAR = 62_200_000_000_000


@dataclass(frozen=True, slots=True)
class Extent:
    """Where events are, in milliseconds, half-open: all of them, and the plausible part; and how many lie outside it."""

    first: int
    last: int
    lo: int
    hi: int
    events: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to count: ``event_index``, or the temporary table that holds the matches of one filter."""

    table: str
    filtered: bool


WHOLE = Source("event_index", False)


def extent(cursor: duckdb.DuckDBPyConnection) -> Extent:
    """Where the events of the case lie in time, by the rollup; an empty case spans one hour at the present."""
    sql = "SELECT coalesce(sum(events), 0)::BIGINT, min(minute), max(minute) FROM minute_counts"
    total, first, last = row(cursor, sql)
    if not total:
        now = scale.to_ms(scale.clock.now()) // scale.HOUR * scale.HOUR
        return Extent(now, now + scale.HOUR, now, now + scale.HOUR, 0, 0, 0)
    bounds = {"a": scale.from_ms(FIRST_PLAUSIBLE), "b": scale.from_ms(_latest_plausible(cursor))}
    sql = """SELECT min(minute) FILTER (WHERE minute >= $a AND minute < $b), max(minute) FILTER (WHERE minute >= $a AND minute < $b),
      coalesce(sum(events) FILTER (WHERE minute < $a), 0)::BIGINT, coalesce(sum(events) FILTER (WHERE minute >= $b), 0)::BIGINT FROM minute_counts"""
    lo, hi, before, after = row(cursor, sql, bounds)
    if lo is None:  # nothing plausible: show what there is
        lo, hi, before, after = first, last, 0, 0
    ends = [_edge(cursor, "min", first), _edge(cursor, "max", last), _edge(cursor, "min", lo), _edge(cursor, "max", hi)]
    starts = [scale.to_ms(ends[0]), scale.ceil_ms(ends[1]), scale.to_ms(ends[2]), scale.ceil_ms(ends[3])]
    return Extent(starts[0], starts[1], starts[2], starts[3], total, before, after)


def _edge(cursor: duckdb.DuckDBPyConnection, which: str, minute: datetime) -> datetime:
    """The first or last event of one minute."""
    sql = f"SELECT {which}(event_time) FROM event_index WHERE event_time >= $a AND event_time < $b"
    found: datetime = row(cursor, sql, {"a": minute, "b": scale.from_ms(scale.to_ms(minute) + scale.MINUTE)})[0]
    return found


def _latest_plausible(cursor: duckdb.DuckDBPyConnection) -> int:
    """A day after the newest delivery where one is known, else a day after now: events come from the past."""
    (delivered,) = row(cursor, "SELECT max(delivered_at) FROM files")
    # To the minute, so that the rollup can tell both sides apart.
    return (scale.to_ms(delivered or scale.clock.now()) + scale.DAY) // scale.MINUTE * scale.MINUTE


def bars(
    cursor: duckdb.DuckDBPyConnection,
    predicate: Predicate | None,
    lo: int,
    hi: int,
    step: int,
    kinds: list[int] | None = None,
) -> list[tuple[int, int, int]]:
    """(bucket start, kind number, events) of [lo, hi), every event once.

    ``predicate`` is a filter over ``event_index i``, None for all. ``kinds`` are those that a filter by kind alone lets through:
    then the rollup answers although there is a filter.
    """
    values: dict[str, Any] = {"lo": scale.from_ms(lo), "hi": scale.from_ms(hi)}
    inner_lo, inner_hi = -(-lo // scale.MINUTE) * scale.MINUTE, hi // scale.MINUTE * scale.MINUTE
    if (predicate is not None and kinds is None) or step % scale.MINUTE or inner_lo >= inner_hi:
        where = f"AND {predicate.sql}" if predicate is not None else ""
        sql = f"""SELECT {_bucket("i.event_time", step)} AS t, count(*) AS n, {_BY_KIND}
        FROM event_index i WHERE i.event_time >= $lo AND i.event_time < $hi {where} GROUP BY 1 ORDER BY 1"""
        found = rows(cursor, sql, values | (predicate.values if predicate is not None else {}))
        return _starts(_by_kind(found), step)
    values |= {"a": scale.from_ms(inner_lo), "b": scale.from_ms(inner_hi)}
    some = f"AND kind IN ({', '.join(map(str, kinds))})" if kinds else "AND false" if kinds == [] else ""
    cut = _bucket("event_time", step)
    sql = f"""SELECT t, kind, sum(n)::BIGINT FROM (
      SELECT {_bucket("minute", step)} AS t, kind, events AS n FROM minute_counts WHERE minute >= $a AND minute < $b {some}
      UNION ALL SELECT {cut}, kind, 1 FROM event_index WHERE event_time >= $lo AND event_time < $a {some}
      UNION ALL SELECT {cut}, kind, 1 FROM event_index WHERE event_time >= $b AND event_time < $hi {some}
    ) GROUP BY ALL ORDER BY ALL"""
    return _starts(rows(cursor, sql, values), step)


# One group for each bucket and two sums take a third of the time of a group for each bucket and kind.
_BY_KIND = "sum((i.kind = 0)::INTEGER)::BIGINT, sum((i.kind = 1)::INTEGER)::BIGINT"


def _bucket(time: str, step: int) -> str:
    """The number of a time's bucket, counted from before the calendar begins, so that division rounds down."""
    return f"((epoch_us({time}) + {_origin(step) * 1000}) // {step * 1000})"


def _origin(step: int) -> int:
    return -(_CALENDAR // -step) * step


def _starts(counted: list[tuple[int, int, int]], step: int) -> list[tuple[int, int, int]]:
    """The same with each bucket's start in milliseconds in place of its number."""
    origin = _origin(step)
    return [(number * step - origin, series, n) for number, series, n in counted]


def _by_kind(counted: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    out = []
    for at, n, first, second in counted:
        kinds = enumerate((first, second, n - first - second))
        out += [(at, kind, each) for kind, each in kinds if each]
    return out


def stacked(
    cursor: duckdb.DuckDBPyConnection, field: str, predicate: Predicate, lo: int, hi: int, step: int, top: int = 6
) -> tuple[list[tuple[int, int, int]], list[str | None]]:
    """Bars by the ``top`` values of another field, the rest as one more: (bucket, index into the values, events), values."""
    values = {**predicate.values, "lo": scale.from_ms(lo), "hi": scale.from_ms(hi)}
    span = f"i.event_time >= $lo AND i.event_time < $hi AND {predicate.sql}"
    sql = f"""SELECT i.{field}_no, any_value(d.value) FROM event_index i LEFT JOIN dim_{field} d ON d.no = i.{field}_no
    WHERE {span} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {top}"""
    best = rows(cursor, sql, values)
    cases = " ".join(f"WHEN {int(number)} THEN {at}" for at, (number, _) in enumerate(best))
    series = f"CASE i.{field}_no {cases} ELSE {len(best)} END" if best else "0"
    sql = f"""SELECT {_bucket("i.event_time", step)} AS t, {series} AS k, count(*)
    FROM event_index i WHERE {span} GROUP BY ALL ORDER BY ALL"""
    counted = _starts(rows(cursor, sql, values), step)
    labels: list[str | None] = [value for _, value in best]
    return counted, labels


def before(cursor: duckdb.DuckDBPyConnection, at: int) -> int:
    """How many events lie before an instant: the position of the first one at or after it."""
    minute = at // scale.MINUTE * scale.MINUTE
    sql = """SELECT (SELECT coalesce(sum(events), 0) FROM minute_counts WHERE minute < $minute)
      + (SELECT count(*) FROM event_index WHERE event_time >= $minute AND event_time < $at)"""
    return int(row(cursor, sql, {"minute": scale.from_ms(minute), "at": scale.from_ms(at)})[0])


def matches_before(cursor: duckdb.DuckDBPyConnection, source: Source, seq: int) -> int:
    """How many matches of a filter lie before the event with this ``seq``."""
    return int(row(cursor, f"SELECT count(*) FROM {source.table} WHERE seq < $seq", {"seq": seq})[0])


def facet(
    cursor: duckdb.DuckDBPyConnection, field: str, predicate: Predicate, lo: int, hi: int, top: int = 8
) -> tuple[list[tuple[int, str | None, int]], int, int]:
    """The most frequent values of a field in a filtered range: (number, value, events), how many values more, their events."""
    values = {**predicate.values, "lo": scale.from_ms(lo), "hi": scale.from_ms(hi)}
    column = "i.kind" if field == "kind" else f"i.{field}_no"
    sql = f"""SELECT {column}::INTEGER AS no, count(*) AS n FROM event_index i
    WHERE i.event_time >= $lo AND i.event_time < $hi AND {predicate.sql} GROUP BY 1 ORDER BY n DESC, 1"""
    counted = rows(cursor, sql, values)
    names = _values(cursor, field, [number for number, _ in counted[:top]])
    best = [(number, names.get(number), n) for number, n in counted[:top]]
    return best, len(counted) - len(best), sum(n for _, n in counted[top:])


def facet_of_all(
    cursor: duckdb.DuckDBPyConnection, field: str, events: int, top: int = 8
) -> tuple[list[tuple[int, str | None, int]], int, int]:
    """The same as ``facet`` for all events of the case, from the counts that the load left: no row is read."""
    if field == "kind":
        found = rows(cursor, "SELECT kind::INTEGER, sum(events)::BIGINT FROM minute_counts GROUP BY 1")
        counted: list[tuple[int, str | None, int]] = [(no, KINDS[no], n) for no, n in found]
        values, held = len(counted), events
    else:
        sql = f"SELECT no, value, events FROM dim_{field} ORDER BY events DESC, no LIMIT {top}"
        counted = rows(cursor, sql)
        values, held = row(cursor, f"SELECT count(*), coalesce(sum(events), 0)::BIGINT FROM dim_{field}")
    if held < events:
        counted, values = [*counted, (0, None, events - held)], values + 1
    best = sorted(counted, key=lambda each: (-each[2], each[0]))[:top]
    return best, values - len(best), events - sum(n for *_, n in best)


def _values(cursor: duckdb.DuckDBPyConnection, field: str, numbers: list[int]) -> dict[int, str | None]:
    if field == "kind":
        return dict(enumerate(KINDS))
    sql = f"SELECT no, value FROM dim_{field} WHERE no IN (SELECT unnest($numbers::INTEGER[]))"
    return dict(rows(cursor, sql, {"numbers": numbers}))
