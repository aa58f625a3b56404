"""What a note is: a record of who marked what, when, and why; and the state that the records add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ctforensics.errors import ParameterError

KINDS = ("star", "label", "comment", "finding", "undo", "exhibit")
STATUSES = ("suspected", "confirmed", "refuted")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a note is about: an event (by its key), a range of time, an entity (field and value), an answer, or the case.

    ``since`` and ``until`` are UTC text; an event carries its own time as ``since``, so that a note can be drawn without it.
    """

    kind: str
    value: str = ""
    field: str = ""
    since: str = ""
    until: str = ""

    def as_json(self) -> dict[str, str]:
        """The members that say something."""
        return {n: getattr(self, n) for n in ("kind", "value", "field", "since", "until") if getattr(self, n)}


def event(key: str, at: str = "") -> Subject:
    """An event by its ``event_key``; ``at`` is its time as UTC text."""
    return Subject("event", str(key).lower(), since=at)


def span(since: str, until: str) -> Subject:
    """A range of time, half-open, as UTC text."""
    return Subject("range", since=since, until=until)


def entity(name: str, value: str) -> Subject:
    """A value wherever it appears: ``entity('address', '198.51.100.7')``."""
    return Subject("entity", value, field=name)


def answer(question: str, digest: str = "") -> Subject:
    """An answer by its question's name; ``digest`` is the hash of its rows where one is known."""
    return Subject("answer", question, field=digest)


def subject_of(raw: Any) -> Subject:
    """A subject from its JSON form. Raises ParameterError where it is none."""
    if isinstance(raw, Subject):
        return raw
    known = ("event", "range", "entity", "answer", "case")
    if not isinstance(raw, dict) or raw.get("kind") not in known or set(raw) - set(Subject.__slots__):
        raise ParameterError(f"{str(raw)[:100]!r} is nothing that a note can be about.", hint=f"One of: {known}.")
    return Subject(**{name: str(value) for name, value in raw.items()})


@dataclass(frozen=True, slots=True)
class Note:
    """One record of the journal. ``id`` stays the same through export and merge; ``data`` depends on the kind."""

    id: str
    kind: str
    at: str
    by: str
    subject: Subject
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The record as it is written."""
        line: dict[str, Any] = {"id": self.id, "kind": self.kind, "at": self.at, "by": self.by}
        line["subject"] = self.subject.as_json()
        if self.text:
            line["text"] = self.text
        return line | ({"data": self.data} if self.data else {})


def note_of(line: dict[str, Any]) -> Note:
    """A note from a journal line. Raises ParameterError where the line is none."""
    try:
        return Note(
            str(line["id"]),
            str(line["kind"]),
            str(line["at"]),
            str(line["by"]),
            subject_of(line["subject"]),
            str(line.get("text", "")),
            dict(line.get("data", {})),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ParameterError(f"A line is not a note: {error}.") from error


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim with its state: suspected, confirmed or refuted; what speaks for it and against it; who says so."""

    id: str
    claim: str
    status: str
    events_for: tuple[str, ...]
    events_against: tuple[str, ...]
    answers: tuple[str, ...]
    author: str
    reviewer: str
    superseded_by: str
    at: str
    revisions: int


def living(notes: Iterable[Note]) -> list[Note]:
    """The notes that no undo took back, oldest first. An undo may itself be undone."""
    every = list(notes)
    undone: set[str] = set()
    for note in reversed(every):  # a later undo decides about an earlier one
        if note.kind == "undo" and note.id not in undone:
            undone.add(note.data.get("of", ""))
    return [note for note in every if note.kind != "undo" and note.id not in undone]


def findings(notes: Iterable[Note]) -> list[Finding]:
    """The newest revision of each finding, in order of their first record."""
    revisions: dict[str, list[Note]] = {}
    for note in living(notes):
        if note.kind == "finding":
            revisions.setdefault(note.data.get("finding", note.id), []).append(note)
    return [_finding(found_id, history) for found_id, history in revisions.items()]


def _finding(found_id: str, history: list[Note]) -> Finding:
    facts: dict[str, Any] = {}
    for note in history:  # a revision says only what changes
        facts |= note.data
    return Finding(
        found_id,
        history[-1].text or next((n.text for n in reversed(history) if n.text), ""),
        facts.get("status", "suspected"),
        tuple(facts.get("events_for", ())),
        tuple(facts.get("events_against", ())),
        tuple(facts.get("answers", ())),
        history[0].by,
        facts.get("reviewer", ""),
        facts.get("superseded_by", ""),
        history[-1].at,
        len(history),
    )
