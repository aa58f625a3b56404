"""What an analyst holds: a case, with everything one can do to it.

::

    import ctforensics as ctf
    case = ctf.open_case("mycase")
    case.load("AWSLogs/"); case.verify()
    case.ask("actions_by_access_key", access_key_id="AKIA...")

The wings (acquire, verify, load, ask, show, reports) do not know one another; they meet here. Every method is a few lines:
the command of the same name and the widget's click call the same function.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctforensics.case import custody, generation
from ctforensics.case import folder as case_folder
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.errors import CaseBusy, CaseError

if TYPE_CHECKING:
    import duckdb

    from ctforensics.ask.catalog import Catalog
    from ctforensics.ask.result import Answer
    from ctforensics.ask.room import Room
    from ctforensics.handover import Handover
    from ctforensics.load.result import LoadResult
    from ctforensics.load.scope import Scope
    from ctforensics.notes.book import NoteBook
    from ctforensics.notes.note import Note
    from ctforensics.recheck import Recheck
    from ctforensics.verify.result import Verification


def open_case(path: str | Path | None = None, *, create: bool = False) -> Case:
    """The case in that folder; without a path, the one that the environment variable CTFORENSICS_CASE names.

    With ``create`` an absent one is made; otherwise CaseError says how to make it.
    """
    named = path or os.environ.get("CTFORENSICS_CASE")
    if not named:
        raise CaseError("No case is named.", hint="Write open_case('mycase'), or set CTFORENSICS_CASE.")
    place = Path(named)
    if create and not case_folder.is_case(place):
        return new_case(place)
    return Case(case_folder.open_folder(place))


def new_case(path: str | Path, *, title: str = "", examiner: str = "", matter: str = "", zone: str = "UTC") -> Case:
    """Makes a case folder and opens it; its first custody line says so. Raises CaseError where one is there already."""
    made = case_folder.create(Path(path), title=title, examiner=examiner, matter=matter, zone=zone)
    custody.record(made, "new", title=made.manifest().title, matter=matter)
    return Case(made)


class Case:
    """One case on disk. Reading never writes more than the log of questions."""

    def __init__(self, folder: CaseFolder) -> None:
        self.folder = folder
        self._room: Room | None = None
        self._catalog: Catalog | None = None
        self._opening = threading.RLock()  # a timeline asks for the newest database from its own thread
        self._timelines: weakref.WeakSet[Any] = weakref.WeakSet()  # told when their evidence changes

    @property
    def path(self) -> Path:
        """The case folder."""
        return self.folder.path

    @property
    def title(self) -> str:
        """What the case is called."""
        return self.folder.manifest().title

    # -- evidence -------------------------------------------------------------------------------------------------

    def add_evidence(self, path: str | Path, *, label: str | None = None, **received: str) -> Root:
        """Makes a folder or container an evidence root of this case (where it is; nothing is copied)."""
        from ctforensics.load.roots import add_root

        return add_root(self.folder, Path(path), label, **received)

    def verify(self, **options: Any) -> Verification:
        """Proves which evidence is authentic and whether it is complete; where events are loaded they are judged anew.

        Options as in ``verify.cases.verify_case``: ``public_keys``, ``metadata``, ``expect``, ``since``, ``until``,
        ``accounts``, ``regions``, ``trails``.
        """
        from ctforensics.verify.cases import verify_case

        result = verify_case(self.folder, **options)
        if self.folder.database.exists():
            result.reasons += self._publish_judgement()
        return result

    def load(self, *paths: str | Path, scope: Scope | None = None, **options: Any) -> LoadResult:
        """Loads evidence into ``case.duckdb``: the roots of the case, and each path given as a further root.

        ``scope`` chooses whole files (accounts, regions, window of delivery); options as in ``load.run.load``.
        """
        from ctforensics.load.run import load
        from ctforensics.load.scope import Scope

        for path in paths:
            self.add_evidence(path)
        return load(self.folder, scope=scope or Scope(), judge=self._judge, **options)

    def _judge(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Joins the newest verification run with the loaded files: classes of events, findings, coverage."""
        from ctforensics import coverage

        coverage.refresh_case(connection, self.folder)

    def _publish_judgement(self) -> list[str]:
        """Judges the loaded events anew; where that cannot be done now, a sentence that says so and what to do."""
        from ctforensics.load.publish import rejudge

        stale = "The run is saved, but answers and coverage still show the one before it:"
        try:
            done = rejudge(self.folder, self._judge)
        except CaseBusy as error:
            return [f"{stale} {error.message} Run ctforensics load {self.path.name} when it is done."]
        self._let_go()
        if done:
            return []
        return [f"{stale} a load stands unfinished. Run ctforensics load {self.path.name} to finish it."]

    # -- questions ------------------------------------------------------------------------------------------------

    @property
    def room(self) -> Room:
        """The locked room on the newest published database: read-only, no files, no network, settings locked."""
        from ctforensics.ask.room import Room

        with self._opening:
            if self._room is not None and not self._room.is_current():
                self._let_go()
            if self._room is None:
                if generation.current(self.folder) is None:
                    raise CaseError(
                        "Nothing is loaded in this case yet.",
                        where=str(self.path),
                        hint=f"Load evidence first: ctforensics load {self.path.name} PATH",
                    )
                self._room = Room.of_case(self.folder)
            return self._room

    def _let_go(self) -> None:
        """Forgets a room that is not the newest any more. A timeline that looks at it keeps it open, and says that it is stale."""
        with self._opening:
            room, self._room = self._room, None
        if room is not None and not any(timeline.looks_at(room) for timeline in list(self._timelines)):
            room.close()

    def close(self) -> None:
        """Lets go of the database file; the next question opens the newest one."""
        with self._opening:
            if self._room is not None:
                self._room.close()
                self._room = None

    @property
    def catalog(self) -> Catalog:
        """The questions: the library's and the case's own."""
        from ctforensics.ask.catalog import Catalog

        if self._catalog is None:
            self._catalog = Catalog.of_case(self.folder)
        return self._catalog

    def ask(self, name: str, **params: Any) -> Answer:
        """Runs a question by its name; the answer is a DataFrame that knows question, parameters and coverage."""
        from ctforensics.ask import log
        from ctforensics.ask.answering import ask

        answer = ask(self.room, self.catalog.get(name), params)
        log.record(self.folder, answer.asked, params, len(answer))
        return answer

    @property
    def queries(self) -> Questions:
        """The questions as methods, with completion in a notebook."""
        return Questions(self)

    def sql(self, statement: str, **params: Any) -> Answer:
        """Runs one read-only SQL statement in the locked room, with ``$name`` parameters bound."""
        from ctforensics.ask import log
        from ctforensics.ask.answering import ask_sql

        answer = ask_sql(self.room, statement, params)
        log.record(self.folder, answer.asked, params, len(answer), statement)
        return answer

    def keep(self, answer: Answer, text: str = "") -> Note:
        """Keeps an answer in the notes: question, parameters, row count and a hash of the rows, and why. ``recheck`` asks it again.

        The ``id`` of what comes back is what a finding names in ``answers``.
        """
        from ctforensics.recheck import keep

        return keep(self.notes, answer.reply, text)

    def recheck(self, *, evidence: bool = True) -> Recheck:
        """Asks every kept answer again, after new evidence or with a new version, and names the answers and findings that changed.

        With ``evidence`` every registered object is hashed again too, which reads all of it.
        """
        from ctforensics.acquire.rehash import check
        from ctforensics.recheck import recheck

        made = recheck(self.room, self.catalog, self.notes, check(self.folder) if evidence else None)
        changed = [change.name for change in made.changes if change.what == "evidence"]
        for timeline in list(self._timelines) if changed else []:
            timeline.mark_stale(f"{len(changed):,} evidence objects are not what they were, the first: {changed[0]}.")
        return made

    def handover(self, output: str | Path | None = None) -> Handover:
        """What the next analyst needs: asked, found, marked, left open, wanted. ``output`` writes it (.html or .md)."""
        from ctforensics.handover import handover

        made = handover(self.folder, self.room, self.catalog, self.notes, self.status())
        if output is not None:
            made.write(output)
        return made

    def about(self, value: str) -> Any:
        """One page on a key, address, ARN, account, bucket, name or id."""
        from ctforensics.ask.about import about

        return about(self.room, self.catalog, value)

    def triage(self, **options: Any) -> Any:
        """What everyone asks first, deadlines on top."""
        from ctforensics.ask.triage import triage

        return triage(self.room, self.catalog, **options)

    def status(self) -> dict[str, Any]:
        """What is in the case: files, records, events, duplicates, rejects, window, accounts, regions, integrity, coverage."""
        from ctforensics.ask.status import nothing_loaded, status

        facts: dict[str, Any] = {
            "case": self.path.name,
            "title": self.title,
            "examiner": self.folder.manifest().examiner,
        }
        facts |= {"unfinished_load": self.folder.next_database.exists()}
        return facts | (status(self.room) if generation.current(self.folder) else nothing_loaded())

    def records(self) -> Iterator[dict[str, Any]]:
        """The original records as dicts, in time order, each read again from the evidence and hashed again."""
        from ctforensics.originals.records import records

        return records(self.folder)

    # -- telling --------------------------------------------------------------------------------------------------

    @property
    def notes(self) -> NoteBook:
        """Stars, labels, comments and findings."""
        from ctforensics.notes.book import NoteBook

        return NoteBook(self.folder.notes_file)

    def timeline(self, **options: Any) -> Any:
        """The timeline widget of this case (JupyterLab)."""
        from ctforensics.show.timeline import Timeline

        made = Timeline(self, **options)
        self._timelines.add(made)
        return made

    def form(self, name: str, **params: Any) -> Any:
        """A question as a form with its answer below, filled with ``params`` (JupyterLab)."""
        from ctforensics.show.forms import Form

        return Form(self, name, **params)

    def library(self) -> Any:
        """Search by words over all questions; choosing one opens its form (JupyterLab)."""
        from ctforensics.show.forms import Library

        return Library(self)

    def swimlanes(self, value: str) -> Any:
        """Role chains and sessions as lanes in time, from an access key, a session or a principal."""
        from ctforensics.show.swimlanes import swimlanes

        return swimlanes(self.room, value)

    def overview(self) -> Any:
        """Integrity, coverage by account, region and day, busiest actors, services and errors, as one picture."""
        from ctforensics.show.overview import overview

        return overview(self.room, self.title)

    def report(
        self, name: str = "incident", output: str | Path | None = None, *, redact: str = "", **params: Any
    ) -> Path:
        """Runs a report notebook and converts it; returns the file, by default in the case's ``reports/``.

        The ending of ``output`` chooses the format: .html, .pdf, .md, .docx, .ipynb. ``redact`` names a profile: all, people.
        """
        from ctforensics.reports.noted import make_noted

        target = Path(output) if output else self.folder.reports / f"{Path(name).stem}.html"
        return make_noted(self.path, name, params, target, redact=redact).path

    def export(self, output: str | Path, *, format: str = "jsonl", where: str = "") -> Path:
        """Writes events as original records (jsonl), parquet, csv or timesketch lines; ``where`` is an SQL condition."""
        from ctforensics.export.events import export

        return export(self.folder, self.room, Path(output), format=format, where=where).path

    def exhibit(self, *events: str, output: str | Path) -> Path:
        """Writes chosen events (by id or key) byte for byte with the log files and digests that prove them."""
        from ctforensics.export.exhibits import make

        return make(self.folder, self.room, list(events), Path(output)).path

    def __repr__(self) -> str:
        return f"<Case {self.title!r} at {self.path.name}>"

    def _repr_html_(self) -> str:
        from ctforensics.show.html import case_card

        return case_card(self.status())


class Questions:
    """``case.queries.<name>(...)``: each question of the catalogue as a method."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def __dir__(self) -> list[str]:
        return sorted(question.name for question in self._case.catalog)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        question = self._case.catalog.get(name)

        def run(**params: Any) -> Answer:
            return self._case.ask(name, **params)

        run.__name__ = name
        run.__doc__ = question.help()
        return run
