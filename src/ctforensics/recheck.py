"""Answers that findings rely on, kept with a hash of their rows, and asked again when the evidence or the tool changed.

A kept answer is an exhibit record of the notes whose subject is the answer; its ``data`` says what is needed to ask again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ctforensics import __version__, cards, clock
from ctforensics.acquire.rehash import Checked
from ctforensics.ask import formats
from ctforensics.ask.answering import Reply, reply, sql_reply
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.query import Rows
from ctforensics.ask.room import Room
from ctforensics.errors import ForensicsError
from ctforensics.notes import note as notes
from ctforensics.notes.book import NoteBook
from ctforensics.notes.note import Finding, Note

_HOLES = ("tampered", "missing")
_EVENTS = """
SELECT key, e.verification FROM (SELECT unnest($keys::VARCHAR[]) AS key)
LEFT JOIN events e ON e.event_key = try_cast(key AS UUID)"""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it was: ``what`` is answer, view, finding, evidence or notes; ``id`` is the note's."""

    what: str
    id: str
    name: str
    detail: str

    def sentence(self) -> str:
        """The change as a line of text."""
        return f"{self.what} {self.name}: {self.detail}"


@dataclass(slots=True)
class Recheck:
    """How many kept answers, findings and evidence objects were looked at again, and what changed among them."""

    answers: int = 0
    findings: int = 0
    objects: int = 0
    changes: list[Change] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was."""
        return bool(self.changes)

    def lines(self) -> list[str]:
        """The result as sentences."""
        looked = f"Looked again at {self.answers:,} kept answers, {self.findings:,} findings, {self.objects:,} evidence objects."
        told = f"{len(self.changes):,} changed." if self.changes else "Nothing changed."
        if not self.answers + self.findings:
            told += " No answer is kept yet: case.keep(answer, why), or %%ct --note."
        return [f"{looked} {told}", *(change.sentence() for change in self.changes), *self.remarks]

    def to_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {"schema": 1, **asdict(self), "changed": self.changed}

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        head, *_ = self.lines()
        rows = [[c.what, c.name, c.detail] for c in self.changes]
        return cards.card(
            "Recheck",
            cards.table(["what", "which", "how it changed"], rows, most=500),
            cards.bullets(self.remarks),
            sub=head,
        )


def recheck(room: Room, catalog: Catalog, book: NoteBook, evidence: Checked | None = None) -> Recheck:
    """Asks every kept answer again and holds the findings against what came; ``evidence`` is evidence hashed again.

    Nothing is written. A finding changes when an answer that it relies on did, or when an event of it is not here any more.
    """
    made = Recheck()
    if evidence is not None:
        made.objects = evidence.objects
        made.changes += [
            Change("evidence", "", f"{each.root}/{each.path}", f"{each.word} {each.detail}".strip())
            for each in evidence.differences
        ]
    chain = book.verify()
    made.changes += [Change("notes", "", book.path.name, f"line {line} {fault}") for line, fault in chain.faults]
    told = _answers_again(room, catalog, book, made)
    for finding in book.findings():
        if not finding.superseded_by:
            made.findings += 1
            _finding_again(room, finding, told, made)
    return made


def kept(book: NoteBook) -> list[Note]:
    """The notes that keep an answer or a view of the timeline."""
    return [
        note for note in book.living() if note.kind == "exhibit" and ("rows_sha256" in note.data or "sql" in note.data)
    ]


def _answers_again(room: Room, catalog: Catalog, book: NoteBook, made: Recheck) -> dict[str, str]:
    """Asks the kept answers again; gives what changed by the id of the note."""
    told: dict[str, str] = {}
    for note in kept(book):
        made.answers += 1
        is_answer = "rows_sha256" in note.data
        name = f"{note.data['question']} ({_params(note.data['params'])})" if is_answer else (note.text or "timeline")
        said = _answer_again(room, catalog, note.data) if is_answer else _view_again(room, note.data)
        if said:
            told[note.id] = f"{name}: {said}"
            made.changes.append(Change("answer" if is_answer else "view", note.id, name, said))
    return told


def _answer_again(room: Room, catalog: Catalog, then: dict[str, Any]) -> str:
    """What is different in an answer now; nothing where it is the same."""
    limit = then["rows"] if then.get("more") else None
    try:
        if "sql" in then:
            now = facts_of(sql_reply(room, then["sql"], then["params"], limit=limit))
        else:
            now = facts_of(reply(room, catalog.get(then["question"]), then["params"], limit=limit))
    except ForensicsError as error:
        return f"cannot be asked any more: {error.sentence()}"
    return "; ".join(_differences(then, now))


def _differences(then: dict[str, Any], now: dict[str, Any]) -> Iterable[str]:
    if now["rows"] != then["rows"]:
        yield f"{then['rows']:,} rows then, {now['rows']:,} now"
    if now["columns"] != then["columns"]:
        yield "other columns than then"
    elif now["rows"] == then["rows"] and now["rows_sha256"] != then["rows_sha256"]:
        yield f"{now['rows']:,} rows as then, but not the same ones"
    if now["verification"] != then["verification"]:
        yield f"verification of its rows was {_counts(then['verification'])}, is {_counts(now['verification'])}"
    for state in _HOLES:  # an empty answer is worth less where there are more holes
        before, after = then["coverage"].get(state, 0), now["coverage"].get(state, 0)
        if after > before:
            yield f"{state} hours in its window: {before:,} then, {after:,} now"


def _view_again(room: Room, then: dict[str, Any]) -> str:
    """What is different in a view of the timeline: the count of its events."""
    try:
        now = room.count(then["sql"], then.get("values") or {})
    except ForensicsError as error:
        return f"cannot be drawn any more: {error.sentence()}"
    return "" if now == then.get("count") else f"{then.get('count')} events then, {now} now"


def _finding_again(room: Room, finding: Finding, told: dict[str, str], made: Recheck) -> None:
    """Adds what changed below a finding."""
    name = f"“{finding.claim}” ({finding.status})"
    for answer in finding.answers:
        if answer in told:
            made.changes.append(
                Change("finding", finding.id, name, f"it relies on an answer that changed: {told[answer]}")
            )
    keys = sorted({*finding.events_for, *finding.events_against})
    with room.asking() as cursor:
        found = dict(cursor.execute(_EVENTS, {"keys": keys}).fetchall()) if keys else {}
    gone = [key for key, verification in found.items() if verification is None]
    if gone:
        listed = ", ".join(gone[:5]) + (" ..." if len(gone) > 5 else "")
        detail = f"{len(gone):,} of its {len(keys):,} events are not in the case any more: {listed}"
        made.changes.append(Change("finding", finding.id, name, detail))
    failed = sum(verification == "fail" for verification in found.values())
    if failed:
        made.remarks.append(f"finding {name}: {failed:,} of its events stand in files that failed verification")


def _params(params: dict[str, Any]) -> str:
    return ", ".join(f"{name}={formats.shown(value)}" for name, value in params.items()) or "no parameters"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in sorted(counts.items())) or "nothing"


def keep(book: NoteBook, reply: Reply, text: str = "") -> Note:
    """Keeps an answer in the notes: question or statement, parameters, count and hash of the rows, verification."""
    facts = facts_of(reply)
    return book.exhibit(notes.answer(facts["question"], facts["rows_sha256"]), text, facts)


def facts_of(reply: Reply) -> dict[str, Any]:
    """What repeats an answer and tells whether it changed."""
    rows = reply.rows
    facts: dict[str, Any] = {
        "question": reply.question.name if reply.question else "sql",
        "params": {name: _again(value) for name, value in reply.chosen().items()},
        "rows": len(rows.rows),
        "rows_sha256": rows_hash(rows),
        "columns": rows.columns,
        "more": rows.more,
        "verification": reply.verification,
        "coverage": reply.searched.coverage,
        "version": __version__,
    }
    return facts if reply.question else {**facts, "sql": rows.sql}


def _again(value: Any) -> Any:
    return clock.utc_text(value) if hasattr(value, "isoformat") else formats.plain(value)


def rows_hash(rows: Rows) -> str:
    """SHA-256 over the rows whatever their order: names of the columns, then each row as JSON, sorted."""
    lines = sorted(json.dumps([formats.plain(value) for value in row], ensure_ascii=True) for row in rows.rows)
    return hashlib.sha256("\n".join([json.dumps(rows.columns), *lines]).encode()).hexdigest()
