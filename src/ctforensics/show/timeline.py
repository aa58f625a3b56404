"""The timeline in JupyterLab: one widget with charts, table and detail pane, in two-way talk with Python.

::

    timeline = case.timeline()
    timeline                                   # shows it
    timeline.range = ("2024-05-02", "2024-05-03T12:00:00Z")
    timeline.where = [{"field": "actor", "is": ["arn:aws:iam::111122223333:user/eve"]}]
    timeline.selection.df()                    # the events in view
"""

from __future__ import annotations

import base64
import itertools
import queue
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics import clock, hashing
from ctforensics.errors import NotInstalled
from ctforensics.show import cells, exporting, page, scale, still, vega
from ctforensics.show.desk import Desk
from ctforensics.show.record import Raw

try:
    import anywidget
    import traitlets
except ImportError as _error:
    raise NotInstalled("anywidget", "notebook") from _error

if TYPE_CHECKING:
    import duckdb

# Which requests may wait for others; all the rest have turn 1.
_TURNS = {"facets": 2, "ahead": 3, "origin": 2, "gone": 4}
_STATIC = Path(__file__).parent / "static"


class Timeline(anywidget.AnyWidget):
    """The timeline of a case. ``since``, ``until``, ``where`` and ``stack`` set what it shows first.

    Requests of the browser are answered on a thread of its own with its own cursor, so that a running cell does not block it and
    a newer request can end an older query.
    """

    _esm = (_STATIC / "timeline.js").read_text("utf-8")
    _css = (_STATIC / "timeline.css").read_text("utf-8")
    _closed = False
    height = traitlets.Int(17, help="rows of the table").tag(sync=True)

    def __init__(
        self, case: Any, *, since: Any = None, until: Any = None, where: Any = None, stack: str = "kind", rows: int = 17
    ) -> None:
        self._case = case
        self.desk = _desk(case)
        session = self.desk.session
        lo = scale.to_ms(clock.parse_instant(since)) if since else session.view.lo
        hi = scale.to_ms(clock.parse_instant(until)) if until else session.view.hi
        session.change(lo=lo, hi=hi, where=where, stack=stack)
        self._listeners: list[Callable[[Timeline], None]] = []
        # What somebody waits for comes before what may come later, each in the order of asking; the end comes first of all.
        self._requests: queue.PriorityQueue[tuple[int, int, dict[str, Any] | None]] = queue.PriorityQueue()
        self._asked = itertools.count()
        self.desk.waiting = self._urgent
        self._worker: threading.Thread | None = None
        self._doing, self._turn = "", threading.Lock()
        self._views: set[str] = set()  # places in the browser that show this timeline
        # A cell that computes gives way to other threads every 5 ms; an answer takes some twenty turns.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.001))
        super().__init__(height=rows)
        self.on_msg(self._receive)

    # -- requests of the browser ------------------------------------------------------------------------------------

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        if content.get("type") == "cancel":
            if self._worker is not None and self._worker.ident is not None:
                self.desk.session.interrupt(self._worker.ident)
            return
        if content.get("type") == "ping":  # answered at once: it tells a busy kernel from a slow query
            self.send(self.desk.answer(content))
            return
        if content.get("type") == "hello":
            self._views.add(str(content.get("view")))
        if content.get("type") == "gone":
            self._views.discard(str(content.get("view")))
            if self._views:
                return
        with self._turn:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, daemon=True, name="ctforensics timeline")
                self._worker.start()
            turn = _TURNS.get(str(content.get("type")), 1)
            self._requests.put((turn, next(self._asked), content))
            # What may come later does not keep anybody waiting; the page asks for it again.
            if turn == 1 and _TURNS.get(self._doing, 1) > 1 and self._worker.ident is not None:
                self.desk.session.interrupt(self._worker.ident)

    def _work(self) -> None:
        try:
            while (request := self._requests.get()[2]) is not None:
                with self._turn:
                    self._doing = str(request.get("type"))
                if request.get("type") != "gone":
                    self._answer(request)
                elif self._rested():
                    return
        finally:
            if self._worker is threading.current_thread():  # ended by a fault: the next request begins a new one
                self._worker = None

    def _answer(self, request: dict[str, Any]) -> None:
        self.send(self.desk.answer(request))
        if request.get("type") in ("view", "at", "event"):
            self._tell()

    def _urgent(self) -> bool:
        """Whether somebody waits for an answer."""
        with self._requests.mutex:
            return bool(self._requests.queue) and self._requests.queue[0][0] <= 1

    def _rested(self) -> bool:
        """Gives thread and cursor back where nobody shows the timeline; whoever asks again wakes it."""
        with self._turn:
            if self._views or not self._requests.empty():
                return False
            self.desk.session.rest()
            self._worker = None
            return True

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener(self)

    def close(self) -> None:
        """Takes the widget away: its thread ends, its matches are dropped, its cursor is given back."""
        if self._closed or not hasattr(self, "_requests"):  # also called by the collector, also after a failed start
            return
        self._closed = True
        self._requests.put((0, next(self._asked), None))
        self.desk.session.interrupt()
        if self._worker is not None and self._worker is not threading.current_thread():
            self._worker.join(timeout=5)
        self.desk.session.close()
        super().close()

    # -- from Python ------------------------------------------------------------------------------------------------

    @property
    def range(self) -> tuple[datetime, datetime]:
        """What the brush holds: since and until as naive UTC, half-open. Setting it moves the brush."""
        view = self.desk.session.view
        return scale.from_ms(view.lo), scale.from_ms(view.hi)

    @range.setter
    def range(self, value: tuple[Any, Any]) -> None:
        since, until = (clock.parse_instant(each) for each in value)
        self._change(lo=scale.to_ms(since), hi=scale.to_ms(until))

    @property
    def where(self) -> list[dict[str, Any]]:
        """The filter in force, with whole values (see ctforensics.show.where). Setting it filters."""
        return list(self.desk.session.view.where)

    @where.setter
    def where(self, value: Any) -> None:
        self._change(where=value)

    def _change(self, **changes: Any) -> None:
        self.desk.session.change(**changes)
        view = self.desk.session.view
        self.send({"type": "moved", "lo": view.lo, "hi": view.hi, "where": self.desk.shown_where()})
        self._tell()

    @property
    def count(self) -> int:
        """How many events the view holds, exactly."""
        return int(self.desk.session.bars()["count"])

    @property
    def selection(self) -> duckdb.DuckDBPyRelation:
        """The events in view as a relation of all columns of ``events``, on a cursor of its own."""
        statement, values = self.desk.session.sql()
        return self.desk.session.cursor().sql(statement, params=values)

    @property
    def current(self) -> str | None:
        """Key of the event that the detail pane shows."""
        return self.desk.current

    @property
    def sql(self) -> Statement:
        """The exact statement of the selection; its ``values`` are bound to the names in it."""
        return Statement(*self.desk.session.sql())

    def goto(self, where: Any) -> None:
        """Shows an instant (keeping the width of the range) or an event (by key or event id), ten minutes around it."""
        text = clock.utc_text(where) if isinstance(where, datetime) else str(where)
        found = self.desk.find({"text": text})
        view = self.desk.session.view
        half = (view.hi - view.lo) // 2 if found["key"] is None else 10 * scale.MINUTE
        self._change(lo=found["t"] - half, hi=found["t"] + half)
        if found["key"]:
            self.desk.current = found["key"]
            self.send({"type": "show", "key": found["key"]})

    def on_change(self, listener: Callable[[Timeline], None]) -> Callable[[], None]:
        """Calls ``listener(timeline)`` after each change of range, filter or current event; returns what takes it off."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def snapshot(self, note: str = "") -> str:
        """Keeps the view as an exhibit record in the notes; returns its id."""
        return str(self.desk.snapshot({"text": note})["exhibit"])

    def export(self, form: str = "csv", folder: str | Path | None = None) -> exporting.Exported:
        """Writes all events in view (csv, jsonl, timesketch, parquet, html) with a manifest, into the case's exhibits by default."""
        target = Path(folder) if folder else self._case.folder.exhibits
        return exporting.export(self.desk.session, target, form, stale=self.desk._stale())

    def as_cell(self) -> str:
        """The code that shows the same view again."""
        return cells.python(self.desk.session)

    def looks_at(self, access: Any) -> bool:
        """Whether this timeline still reads that state of the case: closing it would end the timeline."""
        return not self._closed and self.desk.access is access

    def mark_stale(self, why: str) -> None:
        """Says that what is shown no longer stands for the evidence: actions go off, exports are stamped."""
        self.desk.stale = why
        self.send({"type": "stale", "text": why})

    # -- without a live kernel ----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        session = self.desk.session
        evidence = f"; evidence register sha256 {self.desk.evidence[:16]}" if self.desk.evidence else ""
        stale = f"; STALE: {self.desk._stale()}" if self.desk._stale() else ""
        return f"Timeline of {session.title}: {page.summary(session, self.count)}{evidence}{stale}"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live widget, and what stays when there is no kernel: a picture and a sentence with counts and coverage."""
        made = super()._repr_mimebundle_(**kwargs)
        data, metadata = made if isinstance(made, tuple) else (made or {}, {})
        view = self.desk.session.view
        drawn = still.svg(page.datasets(self.desk.session), view.lo, view.hi)
        data = {
            **data,
            "text/plain": repr(self),
            "image/png": base64.b64encode(vega.png(drawn)).decode(),
        }
        return data, metadata


class Statement(str):
    """SQL text that carries the values bound to its names."""

    values: dict[str, Any]

    def __new__(cls, text: str, values: dict[str, Any]) -> Statement:
        made = super().__new__(cls, text)
        made.values = values
        return made

    def __repr__(self) -> str:
        bound = "\n".join(f"-- ${name} = {value!r}" for name, value in self.values.items())
        return f"{self}\n{bound}"


def _desk(case: Any) -> Desk:
    """A desk on a case: its room, its notes, its register's hash, and its evidence for reading records again."""
    register = case.folder.register_file
    evidence = hashing.sha256_hex(register.read_bytes()) if register.exists() else ""
    return Desk(
        case.room,
        title=case.title,
        book=case.notes,
        reopen=lambda: case.room,
        raw=_reader(case.folder),
        exports=case.folder.exhibits,
        evidence=evidence,
        folder=case.folder,
        zone=case.folder.manifest().zone,
    )


def _reader(folder: Any) -> Raw:
    """Reads one record's bytes again from the evidence, at its offset, with its hash checked."""

    def read(cursor: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> bytes | None:
        from ctforensics.originals.records import original

        found = original(folder, cursor, str(row["event_key"]), row["fidelity"])
        return found.raw if found is not None else None

    return read
