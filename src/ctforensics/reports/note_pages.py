"""What the analyst concluded: findings with their status and the events they rest on; stars, labels and comments.

Authors are not named: the declared examiner answers for a report, and the name of an account on a machine is nobody's business.
"""

from __future__ import annotations

from typing import Any

from ctforensics.case import journal
from ctforensics.errors import ForensicsError
from ctforensics.notes.book import NoteBook
from ctforensics.notes.note import Finding, Note
from ctforensics.reports import pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece, Pieces

_LEVELS = {"confirmed": "fail", "suspected": "unknown", "refuted": "note"}
_EVENTS = """SELECT event_key, event_time, event_name, actor, outcome, target, event_id, verification FROM events
WHERE list_contains($keys::VARCHAR[], event_key::VARCHAR) ORDER BY event_time, event_id, event_key"""


def book(held: Held) -> NoteBook:
    """The notes of the case. Raises ForensicsError where their chain does not hold: a report must not rest on them then."""
    report = journal.verify(held.folder.notes_file)
    if not report.ok:
        line, fault = report.faults[0]
        raise ForensicsError(f"The notes of this case were changed: line {line} {fault}.", where="notes.jsonl")
    return NoteBook(held.folder.notes_file)


def findings(held: Held) -> list[Finding]:
    """The findings that stand (those superseded by another are left out), confirmed ones first."""
    order = ("confirmed", "suspected", "refuted")
    standing = [f for f in book(held).findings() if not f.superseded_by]
    return sorted(standing, key=lambda f: (order.index(f.status), f.at, f.id))


def stale(held: Held) -> list[str]:
    """Why the standing findings cannot be signed: events that are gone or contradicted, kept answers that now have other rows."""
    said = []
    kept = {note.id: note for note in book(held).living() if note.kind == "exhibit"}
    for each in findings(held):
        keys = [_key(str(k)) for k in (*each.events_for, *each.events_against)]
        found = held.rows("Events of a finding", _EVENTS, keys=keys).dicts() if keys else []
        lost, bad = len(set(keys)) - len(found), sum(row["verification"] == "fail" for row in found)
        said += [f"“{each.claim}” rests on {counted(lost, 'event')} no longer in the evidence."] if lost else []
        said += [f"“{each.claim}” rests on {counted(bad, 'event')} of files that are not authentic."] if bad else []
        changed = sum(_changed(held, kept[answer].data) for answer in each.answers if answer in kept)
        said += [f"“{each.claim}” relies on {counted(changed, 'answer')} with other rows now."] if changed else []
    return said


def _changed(held: Held, facts: dict[str, Any]) -> bool:
    """Whether a kept answer, asked again, has other rows. An answer that does not say how to ask it again counts as changed."""
    from ctforensics.ask.answering import reply, sql_reply
    from ctforensics.recheck import rows_hash

    if "rows_sha256" not in facts:
        return True
    if facts.get("sql"):
        again = sql_reply(held.case.room, str(facts["sql"]), facts.get("params"))
    else:
        again = reply(held.case.room, held.case.catalog.get(str(facts["question"])), facts.get("params"))
    return rows_hash(again.rows) != facts["rows_sha256"]


def first_page(held: Held, summary: str = "") -> Pieces:
    """The analyst's answer for the first page: the summary and each finding in one line."""
    made = [pieces.text(*summary.strip().split("\n\n"))] if summary.strip() else []
    standing = findings(held)
    if not standing:
        sentence = "No finding is recorded. This report tells what the records say and draws no conclusion."
        return Pieces([*made, pieces.verdict("Findings", "note", "None recorded by the analyst", [sentence])])
    counts = {s: sum(f.status == s for f in standing) for s in ("confirmed", "suspected", "refuted")}
    headline = ", ".join(f"{n:,} {s}" for s, n in counts.items() if n)
    lines = [f"{f.status.capitalize()}: {f.claim}" for f in standing[:8]]
    more = [f"{len(standing) - 8} more stand in the section “Findings and notes”."] if len(standing) > 8 else []
    return Pieces([*made, pieces.verdict("Findings of the analyst", "note", headline, [*lines, *more])])


def section(held: Held) -> Pieces:
    """The section “Findings and notes”."""
    standing = findings(held)
    made: list[Piece] = []
    for each in standing:
        made += _finding(held, each)
    if not standing:
        made.append(pieces.text("No finding is recorded in this case."))
    return Pieces([*made, *_marks(held)])


def _finding(held: Held, each: Finding) -> list[Piece]:
    facts: list[tuple[str, Any]] = [
        ("Events for it", len(each.events_for)),
        ("Events against it", len(each.events_against)),
    ]
    facts += [("Answers relied on", ", ".join(each.answers))] if each.answers else []
    facts += [("Reviewed", "yes" if each.reviewer else "no"), ("Last revised", each.at)]
    made = [pieces.finding(each.claim, status=each.status, level=_LEVELS[each.status], facts=facts)]
    for word, keys in (("for", each.events_for), ("against", each.events_against)):
        if keys:
            found = held.rows(f"Events {word} a finding", _EVENTS, keys=[_key(str(k)) for k in keys])
            lost = len(keys) - len(found.rows)
            note = f"{lost} of the events named are not in the loaded evidence." if lost else ""
            made.append(held.table(found, f"Events {word} it", note=note, detail=["event_id"]))
    return made


def _marks(held: Held) -> list[Piece]:
    """Marked events with what they are, then the marks on anything else."""
    marks = [n for n in book(held).living() if n.kind in ("star", "label", "comment")]
    made: list[Piece] = []
    on_events = [n for n in marks if n.subject.kind == "event"]
    if on_events:
        found = held.rows("Events that are marked", _EVENTS, keys=sorted({_key(n.subject.value) for n in on_events}))
        by_key = {str(row["event_key"]): row for row in found.dicts()}
        rows = sorted((_marked(n, by_key.get(_key(n.subject.value), {})) for n in on_events), key=lambda r: str(r[0]))
        columns = ["event_time", "event_name", "mark", "text", "actor", "target", "outcome", "event_id", "event_key"]
        caption = "Events that the analyst marked, in time order"
        made.append(pieces.table(columns, rows, caption=caption, detail=["event_id", "event_key"]))
    others = [[n.at, n.kind, n.subject.kind, _about(n), n.text] for n in marks if n.subject.kind != "event"]
    if others:
        made.append(
            pieces.table(
                ["at", "mark", "about", "subject", "text"], others, caption="Labels and comments on other things"
            )
        )
    return made


def _key(value: str) -> str:
    """An event key as the database writes it."""
    plain = value.replace("-", "")
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def _marked(note: Note, row: dict[str, Any]) -> list[Any]:
    facts = [row.get(name) for name in ("actor", "target", "outcome", "event_id")]
    name = row.get("event_name") or "not in the loaded evidence"
    return [row.get("event_time") or note.subject.since, name, note.kind, note.text, *facts, note.subject.value]


def _about(note: Note) -> str:
    span = f"{note.subject.since} until {note.subject.until}" if note.subject.since else ""
    return " ".join(part for part in (note.subject.field, note.subject.value, span) if part)
