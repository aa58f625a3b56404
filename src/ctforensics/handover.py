"""The page for whoever takes the case over: what was asked, found, marked, left open, and what is wanted.

It repeats what stands in the case (questions.jsonl, notes.jsonl, the newest verification, the tables) and concludes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctforensics import __version__, cards, clock
from ctforensics.ask import formats
from ctforensics.ask.catalog import Catalog
from ctforensics.ask.room import Room
from ctforensics.ask.searched import searched
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import ForensicsError, ParameterError
from ctforensics.notes.book import NoteBook
from ctforensics.notes.note import Finding, Note
from ctforensics.recheck import Recheck, recheck
from ctforensics.verify import saved
from ctforensics.verify import standing as verdicts

MOST = 200
_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{csp}">
<title>{title}</title><style>body{{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;margin:24px auto;max-width:1100px;padding:0 16px}}
.ct{{margin-bottom:22px!important}}@media print{{.ct .ct-scroll{{max-height:none;overflow:visible}}}}</style></head><body>{body}</body></html>
"""
_OTHERS = """
SELECT other, count(*) AS events FROM (
    SELECT CASE WHEN regexp_matches(a, '^[0-9]{12}$') THEN a END AS other
    FROM (SELECT unnest([actor_account_id, split_part(requested_role_arn, ':', 5)]) AS a FROM events)
) WHERE other IS NOT NULL AND other NOT IN (SELECT recipient_account_id FROM events WHERE recipient_account_id IS NOT NULL)
GROUP BY other ORDER BY events DESC, other LIMIT 20"""


@dataclass(slots=True)
class Section:
    """A part of the page: sentences, then a table."""

    title: str
    lines: list[str] = field(default_factory=list)
    columns: Sequence[str] = ()
    rows: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Handover:
    """The page. ``open`` counts what is left open or wanted."""

    title: str
    sub: str
    practice: bool
    open: int
    sections: list[Section]

    def html(self) -> str:
        """The page as one HTML file without scripts; nothing in it is ever fetched."""
        return _PAGE.format(csp=_CSP, title=cards.escape(f"Hand-over: {self.title}"), body=self._repr_html_())

    def _repr_html_(self) -> str:
        marks = ["PRACTICE"] if self.practice else []
        made = [cards.card(f"Hand-over: {self.title}", sub=self.sub, marks=marks)]
        for each in self.sections:
            made.append(
                cards.card(
                    each.title, cards.bullets(each.lines, most=MOST), cards.table(each.columns, each.rows, most=MOST)
                )
            )
        return "".join(made)

    def markdown(self) -> str:
        """The page as Markdown in which no text of the evidence is markup."""
        said = formats.markdown_text
        mark = "**PRACTICE** " if self.practice else ""
        made = [f"# {mark}Hand-over: {said(self.title)}", "", said(self.sub), ""]
        for each in self.sections:
            made += [f"## {said(each.title)}", "", *(f"- {said(formats.shown(line))}" for line in each.lines), ""]
            if each.rows:
                made += [f"| {' | '.join(each.columns)} |", "|" + " --- |" * len(each.columns)]
                made += [f"| {' | '.join(said(formats.shown(cell)) for cell in row)} |" for row in each.rows[:MOST]]
                left = len(each.rows) - MOST
                made += ["", f"{left:,} more rows." if left > 0 else ""]
        return "\n".join(made).rstrip() + "\n"

    def write(self, output: str | Path) -> Path:
        """Writes the page by the ending of the name: ``.html`` or ``.md``. Raises ParameterError for another one."""
        target = Path(output)
        forms = {".html": self.html, ".htm": self.html, ".md": self.markdown}
        if target.suffix.lower() not in forms:
            raise ParameterError(
                f"A hand-over is not written as {target.suffix or 'a file without ending'!r}.", hint="Use .html or .md."
            )
        target.write_text(forms[target.suffix.lower()](), "utf-8", newline="\n")
        return target

    def __repr__(self) -> str:
        return self.markdown()


def handover(folder: CaseFolder, room: Room, catalog: Catalog, book: NoteBook, status: dict[str, Any]) -> Handover:
    """The page of a case as it stands now. Evidence is not hashed again here: ``recheck`` and ``custody verify`` do that."""
    again = recheck(room, catalog, book)
    left, wanted = _left_open(book, again), list(_wanted(folder, room, status))
    at = clock.utc_text(clock.now().replace(microsecond=0))
    examiner = str(status.get("examiner") or "not declared")
    return Handover(
        str(status.get("title") or folder.path.name),
        f"As of {at}, ctforensics {__version__}, examiner {examiner}",
        bool(status.get("practice")),
        len(left.rows) + len(wanted),
        [_case(folder, status), _found(book), left, Section("Wanted", wanted or ["Nothing that this case can name."])]
        + [_marked(book), _kept(book), _asked(folder)],
    )


def _case(folder: CaseFolder, status: dict[str, Any]) -> Section:
    complete = {True: "yes", False: "NO", None: "not known"}
    verified = [
        f"Verification {run.run} ({verdicts.about(run)}): authentic {run.head['authentic']}, "
        f"complete {complete[run.head['complete']]}, keys {run.head['keys_from']}."
        for run in verdicts.standing(folder).runs
    ]
    window = f"{formats.shown(status['since'])} to {formats.shown(status['until'])}"
    lines = [
        f"{status['events']:,} events of {status['files']:,} files, {window}.",
        f"Accounts {', '.join(status['accounts']) or '-'}; regions {', '.join(status['regions']) or '-'}.",
        *(verified or ["Nothing was verified."]),
        f"Events by verification: {_counts(status['integrity'])}. Hours: {_counts(status['coverage'])}.",
    ]
    found = [f for f in status["findings"] if f["class"] != "note"]
    rows = [
        [formats.shown(f[n]) for n in ("class", "code", "account", "region", "since", "until", "detail")] for f in found
    ]
    return Section("The case", lines, ["class", "code", "account", "region", "since", "until", "detail"], rows)


def _found(book: NoteBook) -> Section:
    """The findings that stand."""
    order = ("confirmed", "suspected", "refuted")
    standing = sorted(
        (f for f in book.findings() if not f.superseded_by), key=lambda f: (order.index(f.status), f.at, f.id)
    )
    lines = [] if standing else ["No finding is recorded. That is no conclusion: nobody wrote one down."]
    columns = ["status", "claim", "events for", "events against", "answers", "author", "reviewer", "at"]
    return Section("Found", lines, columns, [_finding(each) for each in standing])


def _finding(each: Finding) -> list[str]:
    counted = [str(len(part)) for part in (each.events_for, each.events_against, each.answers)]
    return [each.status, each.claim, *counted, each.author, each.reviewer or "nobody yet", each.at]


def _left_open(book: NoteBook, again: Recheck) -> Section:
    """Suspicions, confirmed findings that nobody reviewed, comments that ask something, and what changed since it was kept."""
    rows: list[list[str]] = []
    for each in book.findings():
        if not each.superseded_by and each.status == "suspected":
            rows.append(["suspected", each.claim, each.at])
        elif not each.superseded_by and each.status == "confirmed" and not each.reviewer:
            rows.append(["not reviewed", each.claim, each.at])
    asked = [note for note in book.living() if note.kind == "comment" and note.text.rstrip().endswith("?")]
    rows += [["question", f"{note.text} ({_about(note)})", note.at] for note in asked]
    rows += [["changed", change.sentence(), ""] for change in again.changes]
    lines = (
        []
        if rows
        else ["Nothing that the notes name: no suspicion, no unreviewed finding, no question, no changed answer."]
    )
    return Section("Left open", lines, ["why", "what", "since"], rows)


def _wanted(folder: CaseFolder, room: Room, status: dict[str, Any]) -> Iterator[str]:
    """What evidence is missing, a sentence each."""
    run = saved.newest(folder)
    if run is None:
        yield "Verification with the public keys of every region: nothing here is proven yet."
    elif run.head["complete"] is None:
        yield "What should be here: DescribeTrails, ListAccounts and ListRegions (verify --expect); completeness is not known without them."
    if verdicts.standing(folder).keys_from == "supplied":
        yield "Public keys fetched from AWS: those at hand came with the evidence."
    about = searched(room, None, {})
    yield from (f"Logs for a hole ({gap.sentence()})." for gap in about.gaps[:50])
    if len(about.gaps) > 50:
        yield f"Logs for {len(about.gaps) - 50:,} further holes (question event_coverage)."
    with room.asking() as cursor:
        others = cursor.execute(_OTHERS).fetchall()
        data = cursor.execute("SELECT count(*) FROM events WHERE event_class = 'data'").fetchone() or (0,)
    yield from (
        f"Logs of account {account}: {events:,} events name it, none of its own are here." for account, events in others
    )
    if not data[0]:
        yield "Data events: none are here, so reads and writes of objects, functions and tables leave no trace in this case."
    if left := about.files.get("out_of_scope"):
        yield f"A wider load: {left:,} files were left out of its scope."
    if status["rejects"]:
        yield f"Another copy of what could not be read: {status['rejects']:,} pieces (table rejects)."


def _marked(book: NoteBook) -> Section:
    """Stars, labels and comments."""
    notes = [note for note in book.living() if note.kind in ("star", "label", "comment")]
    rows = [[note.kind, _about(note), note.subject.since, note.text, note.by, note.at] for note in notes]
    lines = [] if rows else ["Nothing is starred, labelled or commented on."]
    return Section("Marked", lines, ["kind", "on", "its time", "text", "by", "at"], rows)


def _kept(book: NoteBook) -> Section:
    """Answers and views that were kept."""
    notes = [note for note in book.living() if note.kind == "exhibit"]
    rows = []
    for note in notes:
        facts = note.data
        params = facts.get("params", facts.get("values", {}))
        asked = facts.get("question", "timeline")
        count = facts.get("rows", facts.get("count", ""))
        rows.append([note.id, str(asked), _params(params), str(count), note.text, note.by, note.at])
    lines = [] if rows else ["No answer is kept."]
    return Section("Kept answers and views", lines, ["id", "question", "parameters", "rows", "why", "by", "at"], rows)


def _asked(folder: CaseFolder) -> Section:
    """The log of questions: each question with its parameters once, with how often and when last."""
    held: dict[tuple[str, str, str], list[Any]] = {}
    try:
        for line in journal.read(folder.question_log) if folder.question_log.exists() else ():
            key = (str(line.get("asked")), _params(line.get("params") or {}), str(line.get("sql", "")))
            seen = held.setdefault(key, [0, "", ""])
            seen[0], seen[1], seen[2] = seen[0] + 1, str(line.get("rows", "")), str(line.get("at", ""))
    except ForensicsError as error:
        return Section("Asked", [f"The log of questions cannot be read: {error.sentence()}"])
    rows = [
        [name, f"{sql} {params}".strip(), str(times), last, at]
        for (name, params, sql), (times, last, at) in held.items()
    ]
    rows.sort(key=lambda row: row[-1], reverse=True)
    lines = [] if rows else ["No question is recorded."]
    return Section("Asked", lines, ["question", "with", "times", "rows (last)", "last asked"], rows)


def _about(note: Note) -> str:
    """What a note is about, in a few words."""
    subject = note.subject
    if subject.kind == "entity":
        return f"{subject.field} {subject.value}"
    if subject.kind == "range":
        return f"{subject.since} to {subject.until}"
    return f"{subject.kind} {subject.value}".strip()


def _params(params: dict[str, Any]) -> str:
    return ", ".join(f"{name}={formats.shown(value)}" for name, value in params.items())


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in counts.items()) or "-"
