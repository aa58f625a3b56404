"""The desk between browser and case: typed requests in, plain answers out; never SQL, never a path.

A request is a dict with ``type`` and ``id``; its answer repeats both. What it may ask is the table ``_ANSWERS``; anything else is
refused with a sentence. The same desk serves the widget, a browser without Jupyter, and tests.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from ctforensics import clock
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError, ForensicsError, ParameterError
from ctforensics.notes import note as notes
from ctforensics.notes.book import NoteBook
from ctforensics.show import (
    cells,
    charts,
    drawing,
    flags,
    lanes,
    looking,
    paging,
    patterns,
    record,
    scale,
    vega,
    where,
    wire,
)
from ctforensics.show.access import Access, row, rows
from ctforensics.show.session import TimelineSession

FLAGS_AT_ONCE = 1_000_000  # events of a case in which late and duplicate ones are looked for unasked
Answer = dict[str, Any]


class Desk:
    """Answers for one timeline. ``reopen`` gives access to the newest generation; ``raw`` reads a record's bytes again."""

    def __init__(
        self,
        access: Access,
        *,
        title: str = "",
        book: NoteBook | None = None,
        reopen: Callable[[], Access] | None = None,
        raw: record.Raw | None = None,
        exports: Path | None = None,
        evidence: str = "",
        folder: CaseFolder | None = None,
        zone: str = "UTC",
    ) -> None:
        self.folder, self.zone = folder, zone
        self.book, self.raw, self.exports = book, raw, exports
        self._reopen, self.title, self.evidence = reopen, title, evidence
        self.access = access
        self.session = self._session(access)
        self.stale = ""  # why what is shown no longer stands for the evidence
        self.overview_of = ""  # the filter whose overview the page holds
        self.opened = 0  # how often the newest load was opened
        self.waiting: Callable[[], bool] = lambda: False  # whether somebody asks for something meanwhile
        self.current: str | None = None

    def _session(self, access: Access) -> TimelineSession:
        return TimelineSession(
            access, title=self.title, stars=self.book.stars if self.book else set, folder=self.folder
        )

    def answer(self, request: dict[str, Any]) -> Answer:
        """The answer to one request; a fault of any expected kind is an answer too (``error``, ``hint``)."""
        kind, number = request.get("type"), request.get("id")
        head = {"type": kind, "id": number}
        started = time.perf_counter()
        try:
            handler = _ANSWERS.get(str(kind))
            if handler is None:
                raise ParameterError(f"The timeline does not know the request {str(kind)[:40]!r}.")
            body = handler(self, request)
        except ForensicsError as error:
            body = {"error": error.message, "hint": error.hint or "", "cause": type(error).__name__}
        except duckdb.Error as error:  # the case was closed under the timeline
            body = {
                "error": f"The case does not answer: {str(error).splitlines()[0][:200]}",
                "hint": "Run the cell again.",
            }
            body["cause"] = type(error).__name__
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            body = {"error": f"The request is not well formed: {error}.", "hint": "", "cause": "request"}
        return {**head, **body, "ms": round((time.perf_counter() - started) * 1000, 1), "stale": self._stale()}

    def _stale(self) -> str:
        if self.stale:
            return self.stale
        current = getattr(self.access, "is_current", None)
        return "" if current is None or current() else "A newer load of this case was published."

    # -- what may be asked ------------------------------------------------------------------------------------------

    def hello(self, request: dict[str, Any]) -> Answer:
        """What the page needs once: totals, span, charts, coverage, findings, notes."""
        session = self.session
        extent = session.extent
        with session.held() as cursor:
            unread = row(
                cursor, "SELECT count(*) FILTER (WHERE outcome IN ('partial', 'rejected')), count(*) FROM files"
            )
        self.overview_of = ""
        return {
            "title": paging.cut(session.title, len(session.title)),
            "evidence": self.evidence,
            "events": extent.events,
            "extent": [extent.lo, extent.hi],
            "all": [min(extent.first, extent.lo), max(extent.last, extent.hi)],
            "implausible": [extent.before, extent.after],
            "view": [session.view.lo, session.view.hi],
            "where": self.shown_where(),
            "stack": session.view.stack,
            "specs": charts.live_specs(),
            "series": list(charts.SERIES),
            "patterns": patterns.DEFS,
            "states": lanes.STATE_WORDS,
            "lane": _lane(session.spans, extent.lo, extent.hi),
            "gaps": [[g.lo, g.hi, g.state] for g in lanes.gaps(session.spans, extent.lo, extent.hi)],
            "ladder": [[step, scale.words(step)] for step in scale.LADDER if step <= 28 * scale.DAY],
            "fields": list(where.FIELDS),
            "searched": list(where.SEARCHED),
            "unread": list(unread),
            "notes": self._marks(),
            "zone": self.zone,
            "flags": flags.FLAGS,
            "forms": list(_forms()),
            "total": lanes.statement(session.spans, extent.lo, extent.hi),
        }

    def page(self, request: dict[str, Any]) -> Answer:
        """Rows by position."""
        return self.paged(int(request["first"]), int(request.get("size", looking.PAGE)))

    def paged(self, first: int, size: int) -> Answer:
        """Rows by position with what is noted on them."""
        return self._marked(self.session.page(first, size))

    def _marked(self, found: Answer) -> Answer:
        """Rows with their stars, their flags and the labels of their values."""
        flagged = self.session.flagged(look=False)
        for each in found["rows"] if flagged else []:
            each["flags"] = [name for name, seqs in flagged.items() if each["seq"] in seqs]
        if self.book:
            starred = self.book.stars()
            for each in found["rows"]:
                each["star"] = each["key"] in starred
        labels = self._labels()
        if labels:
            found["labels"] = labels
        return found

    def _labels(self) -> dict[str, dict[str, str]]:
        """Labels of entities by field and shown text: they stand beside the value wherever it appears."""
        held: dict[str, dict[str, str]] = {}
        for (name, value), texts in (self.book.entity_labels() if self.book else {}).items():
            held.setdefault(name, {})[paging.cut(value, len(value))] = record.visible(" · ".join(texts), 100)
        return held

    def facets(self, request: dict[str, Any]) -> Answer:
        """The most frequent values of each field in the range; flags too in a case of moderate size, or where asked for."""
        found: Answer = {"facets": self.session.facets()}
        if request.get("flags") or self.session.extent.events <= FLAGS_AT_ONCE:
            found["flags"] = self.session.flag_counts()
        return {**found, "of": looking.state(self)}

    def event(self, request: dict[str, Any]) -> Answer:
        """One event: its fields, and what is noted on it."""
        with self.session.held() as cursor:
            found = record.detail(cursor, request["key"], request.get("t"))
        self.current = found["key"]
        mine = self.book.on_event(found["key"]) if self.book else []
        return {**found, "notes": [_note(each) for each in mine]}

    def origin(self, request: dict[str, Any]) -> Answer:
        """The record of one event and where it stood: searched for in the evidence, so asked for after the fields."""
        with self.session.held() as cursor:
            return record.origin(cursor, request["key"], self.raw, request.get("t"))

    def chain(self, request: dict[str, Any]) -> Answer:
        """How the event's session came to be."""
        with self.session.held() as cursor:
            return {"steps": record.chain(cursor, request["key"])}

    def find(self, request: dict[str, Any]) -> Answer:
        """Where an instant or an event id is."""
        with self.session.held() as cursor:
            found = paging.find(cursor, str(request["text"]))
        if found is None:
            raise ParameterError("No event has this id.", hint="It may be in evidence that was not loaded.")
        return found

    def around(self, request: dict[str, Any]) -> Answer:
        """A range around an event: ten minutes each way unless ``margin`` (ms) says otherwise."""
        with self.session.held() as cursor:
            found = paging.find(cursor, record.checked_key(request["key"]))
        if found is None:
            raise ParameterError("There is no such event.")
        margin = int(request.get("margin", 10 * scale.MINUTE))
        return {"lo": found["t"] - margin, "hi": found["t"] + margin + scale.SECOND, "key": found["key"]}

    def value(self, request: dict[str, Any]) -> Answer:
        """The values of one event as conditions, for pivots: ``fields`` names which."""
        with self.session.held() as cursor:
            return {"conditions": wire.of_event(cursor, request["key"], list(request["fields"]))}

    def lanes(self, request: dict[str, Any]) -> Answer:
        """Coverage of each account and region."""
        with self.session.held() as cursor:
            spans, left_out = lanes.every(cursor)
        lo, hi = self.session.extent.lo, self.session.extent.hi
        held: dict[str, list[lanes.Span]] = {}
        for span in spans:
            held.setdefault(span.lane, []).append(span)
        return {"lanes": [each for own in held.values() for each in _lane(own, lo, hi)], "left_out": left_out}

    def ping(self, request: dict[str, Any]) -> Answer:
        """Whether anybody is there."""
        return {"here": True}

    def note(self, request: dict[str, Any]) -> Answer:
        """Star, label, comment, undo; on an event, a range, an entity or all matching events."""
        if self.book is None:
            raise CaseError("This timeline has no notes: it was opened without a case folder.")
        if self._stale() and self.stale:
            raise CaseError("The evidence changed; nothing is marked until it is checked again.")
        wire.mark(self, self.book, request)
        starred = sorted(self.book.stars())[:100_000]
        return {
            "notes": self._marks(),
            "starred": starred,
            "count": len(self.book.log()),
            "of": looking.state(self),
        }

    def _marks(self) -> list[dict[str, Any]]:
        """What the findings lane draws: findings of the evidence, and notes that have a time."""
        found = [
            {
                "t": f["lo"],
                "hi": f["hi"],
                "what": "finding",
                "text": record.visible(f"{f['code']} {f['lane']}: {f['detail']}", 300),
            }
            for f in self.session.findings
        ]
        for each in self.book.living() if self.book else []:
            if each.subject.since and each.kind != "exhibit":
                at = scale.to_ms(clock.parse_instant(each.subject.since))
                what = "range" if each.subject.kind == "range" else each.kind
                until = scale.to_ms(clock.parse_instant(each.subject.until)) if each.subject.until else at
                found.append(
                    {
                        "t": at,
                        "hi": until,
                        "what": what,
                        "text": record.visible(each.text, 300),
                        "key": each.subject.value,
                    }
                )
        return sorted(found, key=lambda m: m["t"])[:2000]

    def vega(self, request: dict[str, Any]) -> Answer:
        """The charts' script, once for a page."""
        return {"script": vega.text()}

    def cell(self, request: dict[str, Any]) -> Answer:
        """The notebook cell that repeats what is shown."""
        return {"text": cells.magic(self.session) if request.get("magic") else cells.python(self.session)}

    def snapshot(self, request: dict[str, Any]) -> Answer:
        """Keeps what is shown as an exhibit record: statement, bound values, counts, coverage."""
        if self.book is None:
            raise CaseError("This timeline has no notes: it was opened without a case folder.")
        view = self.session.view
        subject = notes.span(scale.ms_text(view.lo), scale.ms_text(view.hi))
        made = self.book.exhibit(subject, str(request.get("text", "")), cells.facts(self.session, self.evidence))
        return {"exhibit": made.id, "of": looking.state(self)}

    def export(self, request: dict[str, Any]) -> Answer:
        """Writes the selection into the case's exhibits; the browser names the format only, never a place."""
        from ctforensics.show import exporting

        if self.exports is None:
            raise CaseError("This timeline has no case folder to export to.")
        made = exporting.export(self.session, self.exports, str(request.get("format", "csv")), stale=self._stale())
        return {"path": made.name, "events": made.events, "sha256": made.sha256}

    def sorted(self, request: dict[str, Any]) -> Answer:
        """The first rows of the range by the values of another field than time."""
        found = self.session.sorted(str(request.get("field")), descending=bool(request.get("descending")))
        return self._marked(found)

    def reopen(self, request: dict[str, Any]) -> Answer:
        """Goes over to the newest generation of the database; range and filter stay, and so does what ``stale`` says of the evidence."""
        if self._reopen is None:
            raise CaseError("This timeline cannot be opened again.", hint="Run its cell once more.")
        view, old = self.session.view, self.session
        self.access = self._reopen()
        self.session = self._session(self.access)
        self.opened += 1
        old.close()
        self.session.change(lo=view.lo, hi=view.hi, where=view.where, stack=view.stack, bucket=view.bucket)
        return {"hello": self.hello(request)}

    def shown_where(self) -> list[dict[str, Any]]:
        """The filter in force, for the browser."""
        with self.session.held() as cursor:
            return wire.outgoing(cursor, self.session.view.where)

    def matching(self, most: int) -> list[notes.Subject]:
        """The events of the view as subjects for notes. Raises ParameterError where there are more than ``most``."""
        count = self.session.bars()["count"]
        if count > most:
            raise ParameterError(
                f"{count:,} events match; at most {most:,} are labelled at once.", hint="Narrow the range or filter."
            )
        first, end = self.session.positions()
        source = self.session.source()
        column, base = ("m.rowid", 0) if source.filtered else ("m.seq", self.session.base)
        sql = f"""SELECT i.event_key::VARCHAR, i.event_time FROM {source.table} m JOIN event_index i ON i.seq = m.seq
        WHERE {column} >= $a AND {column} < $b ORDER BY i.seq"""
        with self.session.held() as cursor:
            found = rows(cursor, sql, {"a": first + base, "b": end + base})
        return [notes.event(key, clock.utc_text(at)) for key, at in found]


def _forms() -> list[str]:
    from ctforensics.show import exporting

    return list(exporting.FORMS)


def _lane(spans: list[lanes.Span], lo: int, hi: int) -> list[dict[str, Any]]:
    return [{**each, "lane": record.visible(each["lane"], 60)} for each in drawing.gap_rows(spans, lo, hi)]


def _note(each: notes.Note) -> dict[str, str]:
    return {
        "id": each.id,
        "kind": each.kind,
        "at": each.at,
        "by": record.visible(each.by, 80),
        "text": record.visible(each.text, 2000),
    }


_ANSWERS: dict[str, Callable[[Desk, dict[str, Any]], Answer]] = {
    "hello": Desk.hello,
    "view": looking.look,
    "at": looking.at,
    "ahead": looking.ahead,
    "page": Desk.page,
    "facets": Desk.facets,
    "event": Desk.event,
    "origin": Desk.origin,
    "chain": Desk.chain,
    "find": Desk.find,
    "around": Desk.around,
    "value": Desk.value,
    "lanes": Desk.lanes,
    "ping": Desk.ping,
    "note": Desk.note,
    "vega": Desk.vega,
    "cell": Desk.cell,
    "snapshot": Desk.snapshot,
    "export": Desk.export,
    "reopen": Desk.reopen,
    "sorted": Desk.sorted,
}
