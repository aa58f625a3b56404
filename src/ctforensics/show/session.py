"""What one timeline knows: its cursor and lock, the range and filter in force, and the matches of that filter.

Free of any widget, so that the same object answers the browser, a test without Jupyter, the static page and Python. One
cursor with a lock for each timeline; results are always drained; ``interrupt`` from another thread ends a query.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from ctforensics.case.folder import CaseFolder
from ctforensics.errors import ForensicsError, ParameterError, QueryError
from ctforensics.show import counting, drawing, flags, lanes, paging, scale, where
from ctforensics.show.access import Access, row, rows
from ctforensics.show.counting import WHOLE, Source

_MATCHES = "ct_matches"


class Interrupted(ForensicsError):
    """A newer request or the analyst ended the query."""


@dataclass(frozen=True, slots=True)
class View:
    """Range in milliseconds (half-open), filter, and the field by which bars are stacked."""

    lo: int
    hi: int
    where: list[dict[str, Any]] = field(default_factory=list)
    stack: str = "kind"
    bucket: int = 0


class TimelineSession:
    """The state behind one timeline. Every method may be called from any thread; they wait for one another."""

    def __init__(
        self, access: Access, *, title: str = "", stars: Callable[[], set[str]] = set, folder: CaseFolder | None = None
    ) -> None:
        self._access = access
        self._cursor: duckdb.DuckDBPyConnection | None = access.cursor()
        self._lock = threading.RLock()
        self._texts: paging.Texts = {}
        self._holder = 0  # the thread that had the cursor last
        self._matched = ""  # key of the filter whose matches the temporary table holds
        self._flagged: dict[str, set[int]] | None = None
        self._predicate: tuple[str, where.Predicate] = ("", where.Predicate("true", {}))
        self.title = title
        self.stars = stars
        self.folder = folder  # where records are read again from, if there is a case around the database
        with self.held() as cursor:
            self.extent = counting.extent(cursor)
            ends = {"a": scale.from_ms(self.extent.first), "b": scale.from_ms(self.extent.first + scale.MINUTE)}
            sql = "SELECT coalesce(min(seq), 0) FROM event_index WHERE event_time >= $a AND event_time < $b"
            self.base = int(row(cursor, sql, ends)[0])
            self.spans = lanes.worst(cursor)
            self.findings = lanes.findings(cursor)
        self.view = View(self.extent.lo, self.extent.hi)

    @contextmanager
    def held(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The cursor, for one caller at a time; DuckDB's errors become sentences."""
        with self._lock:
            self._holder = threading.get_ident()
            if self._cursor is None:  # it rested: nobody looked at it
                self._cursor = self._access.cursor()
            try:
                yield self._cursor
            except duckdb.InterruptException as error:
                raise Interrupted("The query was cancelled.") from error
            except duckdb.OutOfMemoryException as error:
                raise QueryError(
                    "The filter matches more events than memory holds.", hint="Narrow the filter or the range."
                ) from error
            except duckdb.Error as error:
                raise QueryError(f"The case database did not answer: {str(error).splitlines()[0][:300]}") from error

    def interrupt(self, thread: int | None = None) -> None:
        """Ends the query that runs, from another thread; whoever waits for it gets Interrupted.

        With ``thread`` only if that thread runs it: the browser must not end the query of a cell.
        """
        if thread is None or thread == self._holder:
            with contextlib.suppress(duckdb.ConnectionException):  # closed before: nothing runs
                if self._cursor is not None:
                    self._cursor.interrupt()

    def close(self) -> None:
        """Drops the matches and gives the cursor back."""
        with self._lock:
            if self._cursor is not None:
                self._cursor.close()

    def rest(self) -> None:
        """Gives cursor and matches back until the next question: for a timeline that nobody shows any more."""
        with self._lock:
            self.close()
            self._cursor, self._matched = None, ""

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A further cursor on the same locked session, for a caller of its own."""
        return self._access.cursor()

    def change(self, **changes: Any) -> View:
        """Sets range, filter, stack or bucket; what is not named stays. Raises ParameterError for what cannot be.

        Waits for an answer that is under way: whoever holds the cursor sees one view until it lets go.
        """
        with self._lock:
            self.view = self.viewed(**changes)
            return self.view

    def viewed(self, **changes: Any) -> View:
        """The view that ``change`` would set, without setting it: for numbers of a range that is not in force."""
        checked = dict(changes)
        if "where" in checked:
            checked["where"] = where.checked(checked["where"])
        if checked.get("stack", "kind") not in where.FIELDS:
            raise ParameterError(
                f"Bars cannot be stacked by {checked['stack']!r}.", hint="One of: kind, service, actor, ..."
            )
        new = replace(self.view, **checked)
        lo, hi = self._bounded(new.lo, new.hi)
        return replace(new, lo=lo, hi=hi)

    def _bounded(self, lo: int, hi: int) -> tuple[int, int]:
        """A range inside the stamps that exist, at least one second wide."""
        floor, ceiling = min(self.extent.first, self.extent.lo), max(self.extent.last, self.extent.hi)
        lo, hi = min(int(lo), int(hi)), max(int(lo), int(hi))
        if hi - lo < scale.SECOND:
            hi = lo + scale.SECOND
        # A range wholly outside is allowed (a gap may lie there), but not one beyond the calendar.
        margin = 400 * scale.DAY
        return max(lo, floor - margin), min(hi, ceiling + margin)

    def source(self) -> Source:
        """Where the rows of the filter in force are; its matches are gathered once, when they are first needed."""
        if not self.view.where:
            return WHOLE
        wanted = self._key(self.view)
        if wanted != self._matched:
            self._gather(wanted)
        return Source(_MATCHES, True)

    def _key(self, view: View) -> str:
        return where.key(view.where) + (",".join(sorted(self.stars())) if self.by_stars(view) else "")

    def by_stars(self, view: View) -> bool:
        """Whether the filter of a view asks for stars: then what it matches changes with the notes."""
        return '"starred"' in where.key(view.where)

    def _gather(self, wanted: str) -> None:
        with self.held() as cursor:
            self._matched = ""
            cursor.execute(f"DROP TABLE IF EXISTS temp.{_MATCHES}")
            predicate = self.predicate()
            # The index stands in time order and inserts keep order: rowid is the position among the matches.
            sql = f"""CREATE TEMP TABLE {_MATCHES} AS SELECT i.seq FROM event_index i WHERE {predicate.sql}"""
            cursor.execute(sql, predicate.values).fetchall()
            self._matched = wanted

    def predicate(self, view: View | None = None) -> where.Predicate:
        """The filter in force over ``event_index i``; its values are looked up once, not at every move of the brush."""
        view = view or self.view
        with self.held() as cursor:
            wanted = self._key(view)
            if wanted != self._predicate[0]:
                found = where.on_index(cursor, view.where, self.stars() if self.by_stars(view) else ())
                self._predicate = (wanted, found)
            return self._predicate[1]

    def step(self, view: View | None = None) -> int:
        """The bucket in force: chosen by hand if that gives at most 1,000 bars, else from the ladder."""
        view = view or self.view
        if view.bucket in scale.LADDER and (view.hi - view.lo) / view.bucket <= scale.MOST_BUCKETS:
            return view.bucket
        return scale.bucket_for(view.lo, view.hi)

    def bars(self, view: View | None = None) -> dict[str, Any]:
        """Everything that the detail chart draws, and the exact count of the range; of another view where one is named."""
        with self.held() as cursor:
            view = view or self.view
            step = self.step(view)
            counted, names = self._counted(cursor, view, step)
        silent, partial = drawing.bucket_rows(counted, self.spans, view.lo, view.hi, step)
        return {
            "bars": drawing.bar_rows(counted, names, view.lo, view.hi, step),
            "zeros": silent,
            "cuts": partial,
            "gaps": drawing.hatching(self.spans, view.lo, view.hi),
            "series": names if view.stack != "kind" else [],
            "step": step,
            "count": sum(n for *_, n in counted),
        }

    def _counted(
        self, cursor: duckdb.DuckDBPyConnection, view: View, step: int
    ) -> tuple[list[tuple[int, int, int]], list[str]]:
        if view.stack == "kind":
            return self._by_kind(cursor, view, view.lo, view.hi, step), drawing.kind_names()
        counted, values = counting.stacked(cursor, view.stack, self.predicate(view), view.lo, view.hi, step)
        names = ["(none)" if v is None else paging.cut(v, len(v)) for v in values]
        return counted, [name + " " * names[:at].count(name) for at, name in enumerate(names)] + ["(all others)"]

    def _by_kind(
        self, cursor: duckdb.DuckDBPyConnection, view: View, lo: int, hi: int, step: int
    ) -> list[tuple[int, int, int]]:
        kinds = where.kinds_of(view.where) if view.where else None
        return counting.bars(cursor, self.predicate(view) if view.where else None, lo, hi, step, kinds)

    def shows_whole_span(self) -> bool:
        """Whether the view in force is what the overview shows: everything plausible, stacked by kind, the usual bucket."""
        view = self.view
        return (view.lo, view.hi, view.stack) == (self.extent.lo, self.extent.hi, "kind") and self.step() == (
            scale.bucket_for(view.lo, view.hi)
        )

    def overview(self) -> dict[str, Any]:
        """The bars of the whole plausible span under the filter in force."""
        lo, hi = self.extent.lo, self.extent.hi
        step = scale.bucket_for(lo, hi)
        with self.held() as cursor:
            counted = self._by_kind(cursor, self.view, lo, hi, step)
        silent, partial = drawing.bucket_rows(counted, self.spans, lo, hi, step)
        return {
            "bars": drawing.bar_rows(counted, drawing.kind_names(), lo, hi, step),
            "zeros": silent,
            "cuts": partial,
            "gaps": drawing.hatching(self.spans, lo, hi),
            "total": self.matches(),
        }

    def matches(self) -> int:
        """Events that the filter lets through, wherever in time."""
        with self.held() as cursor:
            source = self.source()
            return int(row(cursor, f"SELECT count(*) FROM {source.table}")[0])

    def positions(self, count: int | None = None, view: View | None = None) -> tuple[int, int]:
        """First and end position of a range among the rows of the filter in force; ``count`` is that of the range, if known."""
        with self.held():
            view = view or self.view
            first = self._position(view.lo)
            return first, first + count if count is not None else self._position(view.hi)

    def _position(self, at: int) -> int:
        if at <= self.extent.first:
            return 0
        with self.held() as cursor:
            source, before = self.source(), counting.before(cursor, at)
            return counting.matches_before(cursor, source, before + self.base) if source.filtered else before

    def position_of(self, seq: int) -> int:
        """Position of an event among the rows of the filter; of the next one where the filter hides it."""
        with self.held() as cursor:
            source = self.source()
            if not source.filtered:
                return seq - self.base
            return counting.matches_before(cursor, source, seq)

    def page(self, first: int, size: int = 100) -> dict[str, Any]:
        """Rows by position (see paging.page).

        The first ones are found without gathering all matches of a filter: nobody waits for these who has just set it.
        """
        with self.held() as cursor:
            if first <= 0 and self.view.where and self._key(self.view) != self._matched:
                return paging.first_page(cursor, self.predicate(), min(int(size), 500), self._texts)
            return paging.page(cursor, self.source(), max(0, int(first)), min(int(size), 500), self.base, self._texts)

    def sorted(self, field: str, *, descending: bool = False, most: int = 100) -> dict[str, Any]:
        """The first ``most`` rows of the range by a field's values (see paging.sorted_page)."""
        if field not in where.FIELDS:
            raise ParameterError(
                f"Rows cannot be sorted by {field[:40]!r}.", hint="One of: kind, actor, event_name, ..."
            )
        with self.held() as cursor:
            span = (scale.from_ms(self.view.lo), scale.from_ms(self.view.hi))
            return paging.sorted_page(cursor, field, self.predicate(), span, descending, most, self._texts)

    def facets(
        self,
        fields: tuple[str, ...] = (
            "kind",
            "event_name",
            "actor",
            "address",
            "service",
            "region",
            "account",
            "error",
            "verification",
        ),
    ) -> list[dict[str, Any]]:
        """The most frequent values of each field in the range; values and the rest add up to the count."""
        view, out = self.view, []
        with self.held() as cursor:
            predicate = self.predicate()
            everything = not view.where and view.lo <= self.extent.first and view.hi >= self.extent.last
            for name in fields:
                best, more, rest = (
                    counting.facet_of_all(cursor, name, self.extent.events)
                    if everything
                    else counting.facet(cursor, name, predicate, view.lo, view.hi)
                )
                shown = [
                    {"no": no, "text": "(none)" if v is None else paging.cut(v, len(v)), "n": n} for no, v, n in best
                ]
                out.append({"field": name, "values": shown, "more": more, "rest": rest})
        return out

    def flagged(self, *, look: bool = True) -> dict[str, set[int]]:
        """The ``seq`` of the events that carry each flag, found once; empty before that unless it may ``look``."""
        if self._flagged is None and look:
            with self.held() as cursor:
                self._flagged = {name: set(flags.numbers(cursor, name)) for name in flags.FLAGS}
        return self._flagged or {}

    def flag_counts(self) -> list[dict[str, Any]]:
        """How many events of the view carry each flag."""
        held = self.flagged()
        first, end = self.positions()
        with self.held() as cursor:
            source = self.source()
            if not source.filtered:
                inside = range(first + self.base, end + self.base)
                return [{"flag": name, "n": sum(seq in inside for seq in seqs)} for name, seqs in held.items()]
            sql = f"SELECT seq FROM {source.table} WHERE rowid >= $a AND rowid < $b"
            seen = {seq for (seq,) in rows(cursor, sql, {"a": first, "b": end})} if any(held.values()) else set()
        return [{"flag": name, "n": len(seqs & seen)} for name, seqs in held.items()]

    def coverage(self, view: View | None = None) -> str:
        """What the range in force lacks, in words."""
        view = view or self.view
        return lanes.statement(self.spans, view.lo, view.hi)

    def sql(self) -> tuple[str, dict[str, Any]]:
        """The exact statement that selects the range and filter from ``events``, and its bound values."""
        found = where.on_events(self.view.where, self.stars() if self.by_stars(self.view) else ())
        text = (
            "SELECT *\nFROM events\nWHERE event_time >= $since AND event_time < $until"
            + (f"\n  AND {found.sql}" if self.view.where else "")
            + "\nORDER BY event_time, event_id, event_key"
        )
        return text, {"since": scale.from_ms(self.view.lo), "until": scale.from_ms(self.view.hi), **found.values}
