"""From a question and its parameters to an answer that knows what it rests on: one function for command, cell and click."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from ctforensics.ask.known import Known, add_known
from ctforensics.ask.query import FIRST_TIME, Rows, run
from ctforensics.ask.question import Question
from ctforensics.ask.room import Room
from ctforensics.ask.searched import Searched, searched

if TYPE_CHECKING:
    from ctforensics.ask.result import Answer


@dataclass(slots=True)
class Reply:
    """Rows, the rows of records without time, and what was searched. ``question`` is None for an analyst's own SQL."""

    question: Question | None
    rows: Rows
    timeless: Rows | None
    searched: Searched

    @property
    def verification(self) -> dict[str, int]:
        """How many rows stand for events of each verification class; empty where rows sum several up."""
        if "verification" not in self.rows.columns:
            return {}
        return dict(Counter(str(value) for value in self.rows.column("verification")))

    @property
    def answered(self) -> bool:
        """Whether anything answers, be it a record without any time."""
        return bool(self.rows.rows or (self.timeless and self.timeless.rows))

    def timeless_told(self) -> str:
        """How many records without any time answer besides the rows; empty where none do."""
        return f" and {len(self.timeless.rows):,} without any time" if self.timeless and self.timeless.rows else ""

    def rows_told(self) -> str:
        """How many rows are here, of how many."""
        found, rows = len(self.rows.rows), self.rows
        if rows.total is not None:
            return f"{found:,} of {rows.total:,} rows (raise the limit)."
        if rows.more:
            return f"{found:,} rows, and more than that (raise the limit)."
        return f"{found:,} of {found:,} {'row' if found == 1 else 'rows'}."

    def chosen(self) -> dict[str, Any]:
        """The parameters that say something: those of the question, and scope that is not its default."""
        bound = self.rows.bound
        if self.question is None:
            return dict(bound)
        return {
            p.name: bound[p.name]
            for p in self.question.all_params
            if p.required or bound[p.name] != p.convert(p.default)
        }

    @property
    def title(self) -> str:
        """The question's title with the numbers that are in force: ``Many failed sign-ins (min failures 3, minutes 60)``."""
        if self.question is None:
            return ""
        numbers = [f"{p.name.replace('_', ' ')} {self.rows.bound[p.name]:g}" for p in self.question.numbers]
        return f"{self.question.title} ({', '.join(numbers)})" if numbers else self.question.title

    def limits_told(self) -> str:
        """The numbers that decide what answers at all, in words; empty where the question has none.

        What stays below them is not in the rows and not in their number, so that they belong to both.
        """
        if self.question is None:
            return ""
        told = [f"{p.help[:1].lower()}{p.help[1:]}: {self.rows.bound[p.name]:g}" for p in self.question.numbers]
        return f"Only what reaches these numbers is looked for: {'; '.join(told)}." if told else ""

    def footer(self) -> str:
        """What was asked, found, searched, and where the evidence has holes, as text."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        found = len(self.rows.rows)
        lines = []
        if self.searched.practice:
            lines.append("PRACTICE: this case holds made-up evidence.")
        if not found:
            lines.append("No rows.")
            if self.question and self.question.empty:
                lines.append(self.question.empty)
        else:
            lines.append(self.rows_told())
        if limits := self.limits_told():
            lines.append(limits)
        if self.verification:
            told = ", ".join(f"{count:,} {name}" for name, count in sorted(self.verification.items()))
            lines.append(f"Rows by verification of their events: {told}.")
        if self.timeless and self.timeless.rows:
            lines.append(f"Records without any time that answer: {len(self.timeless.rows):,}.")
        return lines + self.searched.sentences()


def reply(
    room: Room,
    question: Question,
    params: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    count: bool = False,
) -> Reply:
    """Asks a question; with ``count`` rows beyond the limit are counted. Raises ParameterError or QueryError; an answer
    without rows is an answer."""
    rows = run(room, question, params, limit=limit, count=count)
    about = searched(room, question, rows.bound)
    apart = None
    if about.timeless and _reaches_timeless(question):
        apart = add_known(run(room, question, params, limit=limit, timeless=True), _known(room))
    return Reply(question, add_known(rows, _known(room)), apart, about)


def _known(room: Room) -> Known:
    """What the investigator says of values, read once for each room."""
    if "known" not in room.facts:
        room.facts["known"] = Known(room.inputs)
    known: Known = room.facts["known"]
    return known


def _reaches_timeless(question: Question) -> bool:
    return {"since", "until"} <= duckdb.extract_statements(question.sql)[0].named_parameters


def ask(room: Room, question: Question, params: Mapping[str, Any] | None = None, *, limit: int | None = None) -> Answer:
    """The answer to a question as a DataFrame that knows where it comes from."""
    from ctforensics.ask.result import Answer

    return Answer.of(reply(room, question, params, limit=limit))


def sql_reply(
    room: Room,
    statement: str,
    params: Mapping[str, Any] | None = None,
    *,
    limit: int | None = None,
    count: bool = False,
) -> Reply:
    """The rows of an analyst's own statement and what is in the case; with ``count`` rows beyond the limit are counted."""
    columns, types, rows, more = room.sql(statement, dict(params or {}), limit)
    total = room.count(statement, dict(params or {})) if more and count else None
    asked = add_known(Rows(columns, types, rows, statement, dict(params or {}), more, total), _known(room))
    return Reply(None, asked, None, searched(room, None, {}))


def ask_sql(room: Room, statement: str, params: Mapping[str, Any] | None = None) -> Answer:
    """The answer to an analyst's own statement as a DataFrame."""
    from ctforensics.ask.result import Answer

    return Answer.of(sql_reply(room, statement, params))


__all__ = ["FIRST_TIME", "Reply", "ask", "ask_sql", "reply", "sql_reply"]
