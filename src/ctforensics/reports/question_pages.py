"""Questions in a report: each with what was asked, how it was bound, its rows, and what an empty answer is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ctforensics.ask.answering import Reply, reply
from ctforensics.ask.query import Rows as Answered
from ctforensics.errors import ParameterError
from ctforensics.reports import coverage_pages, pieces
from ctforensics.reports.held import Held, Rows
from ctforensics.reports.pieces import Piece, Pieces

MOST_FETCHED = 200_000  # rows of one answer that a report takes in; where there are more, it says so
MOST_SHOWN = 100  # rows of one answer that are printed, unless said otherwise
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


def ask(held: Held, name: str, *, heading: bool = True, limit: int = MOST_SHOWN, **params: Any) -> Pieces:
    """One question with its answer. A question without rows says what was searched and where the evidence has holes."""
    question = held.case.catalog.get(name)
    takes = {p.name for p in question.all_params}
    given = {**{k: v for k, v in held.scope.items() if k in takes and k not in params}, **params}
    answer = reply(held.case.room, question, given, limit=MOST_FETCHED)
    bound = {n: v for n, v in answer.rows.bound.items() if not _is_default(v)}
    statement = held.remember(question.title, question.sql, answer.rows.sent, _all_rows(held, answer.rows))
    made: list[Piece] = [pieces.heading(question.title, level=3)] if heading else []
    made.append(pieces.text(question.question))
    if bound:
        made.append(pieces.facts([(n.replace("_", " "), _shown(v)) for n, v in bound.items()]))
    if not answer.rows.rows:
        made.append(_absence(held, answer))
    else:
        made.append(_table(held, answer, statement, question.title, limit))
        cautions = [c for c in answer.searched.cautions() if "rejects" not in c]
        made += [pieces.callout("incomplete", " ".join(cautions))] if cautions else []
    made += _timeless(held, answer, limit)
    return Pieces(made)


def many(held: Held, names: list[str], *, limit: int = MOST_SHOWN, **params: Any) -> Pieces:
    """Several questions, each of which takes what it knows of the parameters; one that needs more is left out by name."""
    made: list[Piece] = []
    for name in names:
        question = held.case.catalog.get(name)
        takes = {p.name for p in question.all_params}
        known = {k: v for k, v in params.items() if k in takes}
        try:
            told = ask(held, name, limit=limit, **known).items
            made += told if known or not params else [*told[:2], pieces.callout("note", _WHOLE), *told[2:]]
        except ParameterError as error:
            made.append(pieces.callout("note", f"The question {name} was not asked: {error.message}"))
    return Pieces(made)


def review(held: Held, names: list[str], **params: Any) -> Pieces:
    """Many questions at once: how many rows each has, those with rows in full, the silent ones named beside the coverage.

    A signal tells the command how many questions have rows.
    """
    answered: list[tuple[str, str, int]] = []
    told: list[Piece] = []
    for name in names:
        question = held.case.catalog.get(name)
        takes = {p.name for p in question.all_params}
        pages = ask(held, name, **{k: v for k, v in params.items() if k in takes})
        rows = next((s.rows for s in held.statements if s.sql == question.sql.strip()), 0)
        answered.append((question.title, name, rows))
        told += pages.items if rows else []
    listed = [[title, name, rows] for title, name, rows in answered]
    overview = pieces.table(["question", "name", "rows"], listed, caption="Questions asked, and how many rows each has")
    silent = [title for title, _, rows in answered if not rows]
    said = f"No rows: {'; '.join(silent)}. {coverage_pages.statement(held)}"
    return Pieces([overview, *([pieces.callout("incomplete", said)] if silent else []), *told])


def _table(held: Held, answer: Reply, statement: Any, title: str, limit: int) -> Piece:
    names = [c for c in answer.rows.columns if c not in _LEFT_OUT]
    order = [c for c in _FIRST if c in names] + [c for c in names if c not in _FIRST]
    at = [answer.rows.columns.index(c) for c in order]
    rows = Rows(order, [tuple(row[i] for i in at) for row in answer.rows.rows], statement)
    classes = ", ".join(f"{n:,} {c}" for c, n in sorted(answer.verification.items()))
    note = f"Rows by verification of their events: {classes}." if classes else ""
    note += (
        f" There are more than these {MOST_FETCHED:,} rows; ask the question with a narrower window."
        if answer.rows.more
        else ""
    )
    detail = [c for c in order if c in _DETAIL]
    return held.table(rows, title, note=note, detail=detail, limit=limit)


def _all_rows(held: Held, found: Answered) -> int:
    """How many rows the statement gives, those beyond what a report takes in counted too."""
    return held.case.room.count(found.sql, found.sent) if found.more else len(found.rows)


def _absence(held: Held, answer: Reply) -> Piece:
    """No rows: said with what was searched, and with the holes first."""
    question = answer.question
    said = ["No rows.", question.empty if question else "", *answer.searched.sentences()]
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


def _is_default(value: Any) -> bool:
    return value in (None, "", [], (), "all") or value in (datetime.min, datetime.max)


def _shown(value: Any) -> Any:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else value
