"""Questions in a report: each with what was asked, how it was bound, its rows, and what an empty answer is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.query import Rows as Answered
from ctforensics.ask.question import Question
from ctforensics.errors import ParameterError
from ctforensics.reports import contradicted, coverage_pages, pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held, Rows, Statement
from ctforensics.reports.pieces import Piece, Pieces

MOST_FETCHED = 200_000  # rows of one answer that a report takes in; where there are more, it says so
MOST_SHOWN = 100  # rows of one answer that are printed, unless said otherwise
MOST_REVIEWED = 25  # the same where many questions are asked at once: the first rows show what there is
MOST_KEPT = 5_000  # rows of an answer that is kept while a report is written, so that its first page asks nothing twice
MOST_CALLS = 3  # kinds of call, or silent questions, that a line of it names
MOST_ACCOUNTS = 6  # outside accounts that a line of it names
MOST_LINES = 3  # questions with rows that a first page tells in a line each, so that its limits stand on it too
MOST_FOUND = 7  # questions with rows beyond which it tells all of them by their number alone
_AS_FAR = ", as far as this evidence can show (below)."
_WHOLE = "Asked of the whole case: this question cannot be narrowed to what the report is about, so that rows may speak of others."
_DETAIL = ("event_id", "event_key", "user_agent", "error_message", "request_parameters", "response_elements")
_LEFT_OUT = ("event_key", "raw", "record_text")
_FIRST = (
    "event_time",
    "first_seen",
    "first_event_time",
    "event_name",
    "outcome",
    "actor",
    "access_key_id",
    "source_ip_address",
    "target",
)
_RECORDED = "SELECT DISTINCT recipient_account_id AS account FROM events WHERE recipient_account_id IS NOT NULL ORDER BY account"
_NO_LIST = "No list of owned accounts was supplied (inputs/owned_accounts), so that every other account is told as an outsider, also one of the same owner."
_OUTSIDE = ("outside_accounts", "used_by_account")
# Columns with the first and the last instant of what a row tells.
_SPANS = (("event_time", "event_time"), ("first_seen", "last_seen"), ("first_time", "last_time"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked: its answer and the statement in the appendix."""

    question: Question
    answer: Reply
    statement: Statement

    @property
    def rows(self) -> int:
        """How many rows answer, the records without any time among them."""
        return self.statement.rows + (len(self.answer.timeless.rows) if self.answer.timeless else 0)

    @property
    def contradicted(self) -> str:
        """How many of its rows rest on files that contradict the digests, in words; nothing where none do."""
        parts = [part for part in (self.answer.rows, self.answer.timeless) if part]
        bad = sum(contradicted.count(part.columns, part.rows) for part in parts)
        in_part = any(contradicted.partly(part.columns, part.rows) for part in parts)
        return contradicted.of_rows(bad, self.rows, in_part=in_part) if bad else ""


def ask(held: Held, name: str, *, heading: bool = True, of: str = "", limit: int = MOST_SHOWN, **params: Any) -> Pieces:
    """One question with its answer; ``of`` is what it is about, for its heading.

    A question without rows says what was searched and where the evidence has holes.
    """
    return _told(held, _asked(held, name, params), heading=heading, of=of, limit=limit)


def _asked(held: Held, name: str, params: dict[str, Any]) -> Asked:
    """Asks a question within the report's scope; one that was asked before with the same parameters is not run again."""
    question = held.case.catalog.get(name)
    takes = {p.name for p in question.all_params}
    given = {**{k: v for k, v in held.scope.items() if k in takes and k not in params}, **params}
    mark = f"{name} {sorted(given.items())!r}"
    if mark in held.answers:
        return held.answers[mark]
    answer = reply(held.case.room, question, given, limit=MOST_FETCHED)
    statement = held.remember(question.title, question.sql, answer.rows.sent, _all_rows(held, answer.rows))
    made = Asked(question, answer, statement)
    if len(answer.rows.rows) <= MOST_KEPT:
        held.answers[mark] = made
    return made


def _told(held: Held, asked: Asked, *, heading: bool, limit: int, of: str = "") -> Pieces:
    answer, question = asked.answer, asked.question
    title = f"{question.title}: {of}" if of else question.title
    made: list[Piece] = [pieces.heading(title, level=3)] if heading else []
    made.append(pieces.text(question.question))
    bound = _in_words(question, answer.rows.bound)
    if bound:
        made.append(pieces.facts(bound))
    if not answer.rows.rows:
        made.append(_absence(held, answer))
    else:
        made.append(_table(held, answer, asked.statement, title, limit))
        cautions = [c for c in answer.searched.cautions() if "rejects" not in c]
        made += [pieces.callout("incomplete", " ".join(cautions))] if cautions else []
    made += _timeless(held, answer, limit)
    return Pieces(made)


def many(held: Held, names: list[str], *, of: str = "", limit: int = MOST_SHOWN, **params: Any) -> Pieces:
    """Several questions, each of which takes what it knows of the parameters; one that needs more is left out by name."""
    made: list[Piece] = []
    for name in names:
        known = _known(held, name, params)
        try:
            told = ask(held, name, of=of, limit=limit, **known).items
            made += told if known or not params else [*told[:2], pieces.callout("note", _WHOLE), *told[2:]]
        except ParameterError as error:
            made.append(pieces.callout("note", f"The question {name} was not asked: {error.message}"))
    return Pieces(made)


def review(held: Held, names: list[str], *, limit: int = MOST_REVIEWED, **params: Any) -> Pieces:
    """Many questions at once: how many rows each has, those with rows in full, the silent ones named beside the coverage.

    A caution that several answers share is said once.
    """
    asked = [(name, _asked(held, name, _known(held, name, params))) for name in names]
    listed = [[each.answer.title, name, each.rows] for name, each in asked]
    made = [pieces.table(["question", "name", "rows"], listed, caption="Questions asked, and how many rows each has")]
    silent = [each for _, each in asked if not each.rows]
    if silent:
        made.append(pieces.callout("incomplete", _silence(held, silent)))
    for _, each in asked:
        told = _told(held, each, heading=True, limit=limit).items if each.rows else []
        said = " ".join(piece.plain for piece in made if piece.data.get("kind") == "callout")
        made += [piece for piece in told if piece.data.get("kind") != "callout" or piece.plain not in said]
    return Pieces(made)


def _silence(held: Held, silent: Sequence[Asked]) -> str:
    """The questions without rows; those that lack the very events they read by name, for their silence proves nothing."""
    said = [f"No rows: {'; '.join(each.answer.title for each in silent)}."]
    blind: dict[str, list[str]] = {}
    for each in silent:
        for caution in each.answer.searched.unseen():
            blind.setdefault(caution, []).append(each.question.title)
    said += [f"{caution} This holds for {'; '.join(titles)}." for caution, titles in blind.items()]
    return " ".join([*said, coverage_pages.statement(held)])


def in_short(held: Held, names: Sequence[str], *, of_all: bool = False, **params: Any) -> list[str]:
    """What the questions answer, for a first page: a line for each with rows, then how many have none.

    ``of_all`` says that the questions were asked of everybody, where the page tells of some before.
    """
    asked = [_asked(held, name, _known(held, name, params)) for name in names]
    found = [each for each in asked if each.rows]
    silent = [each.answer.title for each in asked if not each.rows]
    named = found if len(found) <= MOST_LINES + 1 else found[: MOST_LINES if len(found) <= MOST_FOUND else 0]
    others = ", ".join(_named(held, each) for each in found[len(named) :])
    rest = [f"Rows{' also' if named else ''}{', whoever acted' if of_all else ''}: {others}."] if others else []
    without = "; ".join(silent) if len(silent) <= MOST_CALLS else counted(len(silent), "question")
    none = [f"Without rows: {without}{_AS_FAR}"] if silent else []
    return [*(_line(held, each) for each in named), *rest, *none]


def _named(held: Held, asked: Asked) -> str:
    bad = f"; {asked.contradicted}" if asked.contradicted else ""
    return f"{asked.answer.title} ({asked.rows:,}{_outside(held, asked)}{bad})"


def _outside(held: Held, asked: Asked) -> str:
    """The outside accounts that its rows name, without those of refused calls: whoever got something stands on the first page."""
    found = asked.answer.rows
    named = set(_OUTSIDE) & set(found.columns)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows] if named else []
    given = [
        row for row in rows if row.get("outcome") not in ("denied", "failed") and row.get("is_outside") is not False
    ]
    told = [row[name] for row in given for name in _OUTSIDE if row.get(name)]
    given_to = [str(name) for value in told for name in (value if isinstance(value, list) else [value])]
    names = {"everybody" if name in ("all", "*") else name for name in given_to}
    here = _recorded(held) if names else set()
    parts = [("outside accounts", names - here), ("accounts whose trails are here, not listed as owned", names & here)]
    return "".join(f"; {words}: {_some(sorted(some))}" for words, some in parts if some)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_ACCOUNTS:,} more" if len(names) > MOST_ACCOUNTS else ""
    return f"{', '.join(names[:MOST_ACCOUNTS])}{more}"


def _recorded(held: Held) -> set[str]:
    """The accounts whose calls are recorded here: one that bears no word of being ours, but is no stranger either."""
    return {str(account) for (account,) in held.rows("Accounts whose calls are recorded here", _RECORDED).rows}


def _line(held: Held, asked: Asked) -> str:
    """A question's answer in one line: rows, their outcomes where not all succeeded, first and last instant."""
    found, said = asked.answer.rows, counted(asked.rows, "row")
    outcomes = Counter(row[found.columns.index("outcome")] for row in found.rows) if "outcome" in found.columns else {}
    names = (
        list(dict.fromkeys(row[found.columns.index("event_name")] for row in found.rows))
        if "event_name" in found.columns
        else []
    )
    if names and all(names):
        said += f" of {', '.join(names[:MOST_CALLS])}{' and others' if len(names) > MOST_CALLS else ''}"
    if set(outcomes) - {"success", None}:
        split = ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(outcomes.items(), key=lambda o: -o[1]) if outcome)
        said += f" ({split})"
    spans = next((pair for pair in _SPANS if pair[0] in found.columns), ())
    at = [found.columns.index(column) for column in spans if column in found.columns]
    times = sorted(row[i] for row in found.rows for i in at if row[i])
    if times and not found.more:
        said += f", {clock.utc_text(times[0])}" + (f" to {clock.utc_text(times[-1])}" if times[-1] != times[0] else "")
    bad = f"; {asked.contradicted}" if asked.contradicted else ""
    return f"{asked.answer.title}: {said}{_outside(held, asked)} ({asked.statement.label}){bad}."


def _known(held: Held, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """Those of the parameters that a question takes."""
    takes = {p.name for p in held.case.catalog.get(name).all_params}
    return {k: v for k, v in params.items() if k in takes}


def _table(held: Held, answer: Reply, statement: Any, title: str, limit: int) -> Piece:
    names = [c for c in answer.rows.columns if c not in _LEFT_OUT]
    order = [c for c in _FIRST if c in names] + [c for c in names if c not in _FIRST]
    at = [answer.rows.columns.index(c) for c in order]
    # A JSON null is the record's way of saying nothing: on paper it is no value.
    json = {i for i, kind in enumerate(answer.rows.types) if kind == "JSON"}
    told = [tuple(None if i in json and row[i] == "null" else row[i] for i in at) for row in answer.rows.rows]
    rows = Rows(order, told, statement)
    classes = ", ".join(f"{n:,} {c}" for c, n in sorted(answer.verification.items()))
    note = f"Rows by verification of their events: {classes}." if classes else ""
    note += (
        f" There are more than these {MOST_FETCHED:,} rows; ask the question with a narrower window."
        if answer.rows.more
        else ""
    )
    if set(order) & set(_OUTSIDE) and not held.case.room.inputs.get("owned_accounts"):
        note = f"{note} {_NO_LIST}".strip()
    detail = [c for c in order if c in _DETAIL]
    return held.table(rows, title, note=note, detail=detail, limit=limit)


def _all_rows(held: Held, found: Answered) -> int:
    """How many rows the statement gives, those beyond what a report takes in counted too."""
    return held.case.room.count(found.sql, found.sent) if found.more else len(found.rows)


def _absence(held: Held, answer: Reply) -> Piece:
    """No rows: said with what was searched, and with the holes first."""
    question = answer.question
    said = ["No rows.", question.empty if question else "", answer.limits_told(), *answer.searched.sentences()]
    holes = any(answer.searched.coverage.get(s) for s in ("missing", "tampered", "unverified", "outside"))
    level = "incomplete" if holes or not answer.searched.coverage else "note"
    if not answer.searched.coverage:
        said.append(coverage_pages.statement(held))
    return pieces.callout(level, _sentences(list(dict.fromkeys(s for s in said if s))))


def _sentences(said: list[str]) -> str:
    """Sentences as one text; the gaps, which are indented lines of a list, become one sentence."""
    plain = [s if s.endswith(".") else f"{s}." for s in said if not s.startswith(" ")]
    gaps = "; ".join(s.strip() for s in said if s.startswith(" "))
    return " ".join([*plain, f"Gaps: {gaps}."] if gaps else plain)


def _timeless(held: Held, answer: Reply, limit: int) -> list[Piece]:
    if not (answer.timeless and answer.timeless.rows):
        return []
    statement = held.remember(
        "Records without time", answer.timeless.sql, answer.timeless.sent, len(answer.timeless.rows)
    )
    rows = Rows(answer.timeless.columns, answer.timeless.rows, statement)
    return [held.table(rows, "Records without any time that answer as well", limit=limit)]


def _in_words(question: Question, bound: dict[str, Any]) -> list[tuple[str, Any]]:
    """The values that shaped an answer, each with what it means and the parameter's name; what only says “all” is left out."""
    help_of = {p.name: (p.help.split(";")[0].rstrip("."), p.default) for p in question.all_params}
    told = []
    for name, value in bound.items():
        words, default = help_of.get(name, ("", None))
        if not _is_default(value) and not (value is False and default is False):
            told.append((f"{words} ({name})" if words else name.replace("_", " "), _shown(value)))
    return told


def _is_default(value: Any) -> bool:
    return value in (None, "", [], (), "all") or value in (datetime.min, datetime.max)


def _shown(value: Any) -> Any:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else value
