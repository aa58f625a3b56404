"""``notes.jsonl``: stars, labels, comments and findings of a case; append-only, hash-chained, merged by record id.

Nothing is ever changed or taken out: an undo is a record of its own. Events are named by ``event_key``, so that a star stays
on its event when the database is deleted and the evidence loaded again from elsewhere.
"""

from __future__ import annotations

import getpass
import json
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.case import journal
from ctforensics.errors import CaseError, ParameterError, UnknownName
from ctforensics.notes import note as notes
from ctforensics.notes.note import Finding, Note, Subject

LONGEST = 20_000


class NoteBook:
    """The notes of one case. Reading is cheap to repeat: the file is read again only when it grew."""

    def __init__(self, path: str | Path, *, author: str = "") -> None:
        self.path = Path(path)
        self.author = author or _user()
        self._seen: tuple[int, int] = (-1, -1)
        self._log: list[Note] = []
        self._living: list[Note] = []

    # -- writing --------------------------------------------------------------------------------------------------

    def star(self, event_key: str, at: str = "", text: str = "") -> Note | None:
        """Stars an event; ``at`` is its time (UTC text). Nothing is written where it is starred already."""
        if str(event_key).lower() in self.stars():
            return None
        return self._add("star", notes.event(event_key, at), text)

    def unstar(self, event_key: str) -> list[Note]:
        """Takes the stars of an event back, by records that undo them."""
        key = str(event_key).lower()
        return [self.undo(n.id) for n in self.living() if n.kind == "star" and n.subject.value == key]

    def label(self, subject: Subject | str, name: str) -> Note:
        """Labels an event, range, entity or answer; a plain text is an event's key."""
        return self._add("label", _subject(subject), _said(name, "A label needs a name."))

    def label_all(self, subjects: Iterable[Subject], name: str) -> int:
        """Labels many at once, in one write; each has its own record and all share ``data.batch``."""
        batch = uuid.uuid4().hex
        text = _said(name, "A label needs a name.")
        made = [self._make("label", subject, text, {"batch": batch}) for subject in subjects]
        self._write(made)
        return len(made)

    def comment(self, subject: Subject | str, text: str) -> Note:
        """Comments on an event, range, entity, answer, or (``Subject('case')``) the case."""
        return self._add("comment", _subject(subject), _said(text, "A comment needs words."))

    def exhibit(self, subject: Subject, text: str, facts: dict[str, Any]) -> Note:
        """Records what was shown: SQL, bound values, counts, coverage (see the timeline's snapshot)."""
        return self._add("exhibit", subject, text, facts)

    def finding(
        self,
        claim: str,
        *,
        status: str = "suspected",
        events_for: Iterable[str] = (),
        events_against: Iterable[str] = (),
        answers: Iterable[str] = (),
        reviewer: str = "",
    ) -> Note:
        """Claims something: with the events for and against it and the answers relied on. Returns its first record."""
        facts = {
            "status": _status(status),
            "events_for": sorted(set(events_for)),
            "events_against": sorted(set(events_against)),
            "answers": list(answers),
            "reviewer": reviewer,
        }
        return self._add("finding", Subject("case"), _said(claim, "A finding needs a claim."), facts)

    def revise(self, finding_id: str, *, claim: str = "", **changes: Any) -> Note:
        """A new revision of a finding: status, events_for, events_against, answers, reviewer, superseded_by, or the claim."""
        known = {found.id for found in self.findings()}
        if finding_id not in known:
            raise UnknownName("finding", finding_id, known)
        allowed = {"status", "events_for", "events_against", "answers", "reviewer", "superseded_by"}
        if set(changes) - allowed:
            raise ParameterError(
                f"A finding has no {sorted(set(changes) - allowed)}.", hint=f"It has {sorted(allowed)}."
            )
        if "status" in changes:
            _status(changes["status"])
        if changes.get("superseded_by") and changes["superseded_by"] not in known:
            raise UnknownName("finding", changes["superseded_by"], known)
        return self._add("finding", Subject("case"), claim, {"finding": finding_id, **changes})

    def undo(self, note_id: str | None = None) -> Note:
        """Takes one note back (the last living one of this author where none is named) by a record that says so."""
        if note_id is None:
            mine = [n.id for n in self.living() if n.by == self.author]
            if not mine:
                raise ParameterError("There is nothing of yours to undo.")
            note_id = mine[-1]
        target = next((n for n in self.log() if n.id == note_id), None)
        if target is None:
            raise UnknownName("note", note_id, [n.id for n in self.log()])
        return self._add("undo", target.subject, "", {"of": note_id})

    # -- reading --------------------------------------------------------------------------------------------------

    def log(self) -> list[Note]:
        """Every record ever written, undos included: the activity view."""
        seen = self.state()
        if seen != self._seen:
            self._log = [notes.note_of(line) for line in journal.read(self.path)]
            self._living = notes.living(self._log)
            self._seen = seen
        return list(self._log)

    def state(self) -> tuple[int, int]:
        """Size and time of the file: other where anything was written, here or by somebody else."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (status.st_size, status.st_mtime_ns)

    def living(self) -> list[Note]:
        """What holds now: every record that no undo took back."""
        self.log()
        return list(self._living)

    def stars(self) -> set[str]:
        """Keys of the starred events."""
        return {n.subject.value for n in self.living() if n.kind == "star"}

    def on_event(self, event_key: str) -> list[Note]:
        """The notes on one event."""
        key = str(event_key).lower()
        return [n for n in self.living() if n.subject.kind == "event" and n.subject.value == key]

    def entity_labels(self) -> dict[tuple[str, str], list[str]]:
        """Labels of entities by (field, value): they show wherever the value appears."""
        held: dict[tuple[str, str], list[str]] = {}
        for each in self.living():
            if each.kind in ("label", "comment") and each.subject.kind == "entity":
                held.setdefault((each.subject.field, each.subject.value), []).append(each.text)
        return held

    def findings(self) -> list[Finding]:
        """The findings as they stand now."""
        return notes.findings(self.log())

    def verify(self) -> journal.ChainReport:
        """Checks the chain: whether any line was changed, taken out or put in."""
        return journal.verify(self.path)

    # -- more than one analyst ------------------------------------------------------------------------------------

    def merge(self, other: str | Path) -> int:
        """Takes over the records of another analyst's notes that are not here yet; returns how many.

        Records keep their ids, authors and times; their former place in the other chain is kept as ``data.from``. Raises
        CaseError where the other file's chain does not hold: what was tampered with is not mixed in.
        """
        path = Path(other)
        if not path.is_file():
            raise CaseError("There are no notes at this place.", where=str(path))
        report = journal.verify(path)
        if not report.ok:
            number, fault = report.faults[0]
            raise CaseError(
                f"These notes were changed after they were written: line {number} {fault}.", where=str(path)
            )
        have = {n.id for n in self.log()}
        new = []
        for line in journal.read(path):
            each = notes.note_of(line)
            if each.id not in have:
                origin = {"from": {"hash": line["hash"], "head": report.head}}
                new.append(Note(each.id, each.kind, each.at, each.by, each.subject, each.text, {**each.data, **origin}))
        self._write(new)
        return len(new)

    def export(self, path: str | Path) -> int:
        """Writes the notes alone as a chained journal of their own, ready to be merged elsewhere; returns their number."""
        target = Path(path)
        if target.exists():
            raise CaseError("There is a file here already.", where=str(target), hint="Choose another name.")
        every = self.log()
        journal.append(target, [n.as_json() for n in every], chained=True)
        return len(every)

    def __repr__(self) -> str:
        held = self.living()
        counts = {kind: sum(n.kind == kind for n in held) for kind in notes.KINDS if kind != "undo"}
        return f"<NoteBook {self.path.name}: {', '.join(f'{n} {k}' for k, n in counts.items() if n) or 'empty'}>"

    # -- inside ---------------------------------------------------------------------------------------------------

    def _add(self, kind: str, subject: Subject, text: str, data: dict[str, Any] | None = None) -> Note:
        made = self._make(kind, subject, text, data)
        self._write([made])
        return made

    def _make(self, kind: str, subject: Subject, text: str, data: dict[str, Any] | None = None) -> Note:
        if len(text) > LONGEST:
            raise ParameterError(f"The text is longer than {LONGEST:,} characters.")
        at = clock.utc_text(clock.now().replace(microsecond=0))
        # Through JSON, so that what is held equals what will be read.
        return Note(
            uuid.uuid4().hex, kind, at, self.author, subject, text, json.loads(json.dumps(data or {}, default=str))
        )

    def _write(self, made: list[Note]) -> None:
        if made:
            journal.append(self.path, [each.as_json() for each in made], chained=True)


def _subject(raw: Subject | str) -> Subject:
    return notes.event(raw) if isinstance(raw, str) else raw


def _said(text: str, otherwise: str) -> str:
    if not text.strip():
        raise ParameterError(otherwise)
    return text


def _status(status: str) -> str:
    if status not in notes.STATUSES:
        raise UnknownName("status of a finding", status, notes.STATUSES)
    return status


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no HOME, no passwd entry: cron and containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
