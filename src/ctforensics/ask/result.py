"""The answer as a DataFrame that knows its question, its parameters and its evidence."""

from __future__ import annotations

from typing import Any

import pandas

from ctforensics import cards
from ctforensics.ask import formats
from ctforensics.ask.answering import Reply
from ctforensics.ask.query import Rows
from ctforensics.ask.question import Question
from ctforensics.ask.searched import Searched


class Answer(pandas.DataFrame):
    """Rows of a question. Slices of it are plain DataFrames: they no longer say what was searched."""

    _metadata: list[str] = []  # noqa: RUF012 - what pandas copies to slices: nothing, on purpose
    _internal_names = [*pandas.DataFrame._internal_names, "_reply"]  # noqa: RUF012
    _internal_names_set = set(_internal_names)  # noqa: RUF012

    @classmethod
    def of(cls, reply: Reply) -> Answer:
        """The DataFrame of a reply."""
        made = cls(_frame(reply.rows))
        made._reply = reply
        return made

    @property
    def _constructor(self) -> Any:
        return pandas.DataFrame

    @property
    def reply(self) -> Reply:
        """Everything behind the rows."""
        return self._reply

    @property
    def question(self) -> Question | None:
        """The question; None for an analyst's own SQL."""
        return self._reply.question

    @property
    def asked(self) -> str:
        """The name of the question; ``sql`` for an analyst's own statement."""
        return self.question.name if self.question else "sql"

    @property
    def params(self) -> dict[str, Any]:
        """Every parameter as it was bound, scope included."""
        return self._reply.rows.bound

    @property
    def sql(self) -> str:
        """The text that ran."""
        return self._reply.rows.sql

    @property
    def searched(self) -> Searched:
        """What was searched: files, window, coverage, gaps, what was left out."""
        return self._reply.searched

    @property
    def coverage(self) -> dict[str, int]:
        """Hours (per account, region, trail) of the window by state."""
        return self._reply.searched.coverage

    @property
    def timeless(self) -> pandas.DataFrame:
        """Answering rows of records that carry no time at all; they stand in no window."""
        rows = self._reply.timeless
        return _frame(rows) if rows else pandas.DataFrame(columns=self._reply.rows.columns)

    def footer(self) -> str:
        """What was asked, found and searched, as text."""
        return self._reply.footer()

    def __repr__(self) -> str:
        if not hasattr(self, "_reply"):
            return super().__repr__()
        shown = super().__repr__() if len(self) else ""
        return "\n\n".join(part for part in (shown, self.footer()) if part)

    def _repr_html_(self) -> str:
        if not hasattr(self, "_reply"):
            return str(super()._repr_html_())
        reply = self._reply
        params = cards.facts((name, formats.shown(value)) for name, value in reply.chosen().items())
        parts = [params, html_table(reply.rows, ordered=self.question is not None)]
        if reply.timeless and reply.timeless.rows:
            parts += [cards.heading("Records without any time"), html_table(reply.timeless)]
        said = reply.rows_told()  # stands at the head already
        lines = [line for line in self.footer().splitlines() if line != said]
        parts.append(cards.foot(lines, self.searched.cautions()))
        marks = ["PRACTICE"] if self.searched.practice else []
        if self.question is None:
            return cards.card("SQL", cards.sql(self.sql.strip()), *parts, sub=reply.rows_told(), marks=marks)
        sub = f"{self.question.question} ({self.question.name}): {reply.rows_told()}"
        return cards.card(self.question.title, *parts, sub=sub, marks=marks)


def _frame(rows: Rows) -> pandas.DataFrame:
    return pandas.DataFrame.from_records(rows.rows, columns=rows.columns) if rows.rows else _empty(rows)


def _empty(rows: Rows) -> pandas.DataFrame:
    return pandas.DataFrame({name: [] for name in rows.columns})


# What one looks for first in a row that stands for an event, and what is long or only copied.
_FIRST = (
    "event_time",
    "step",
    "hop",
    "depth",
    "kind",
    "actor",
    "event_name",
    "outcome",
    "error_class",
    "target",
    "known_as",
)
_LAST = ("user_agent", "request_parameters", "response_elements", "event_ids", "event_id", "event_key", "verification")


def html_table(rows: Rows, *, ordered: bool = True) -> str:
    """Rows as an HTML table in which every value of the evidence is escaped text and nothing else.

    Columns that are empty throughout are named below it instead of being shown. ``ordered`` puts what one looks for first
    on the left; the rows themselves keep the order of their columns.
    """
    kept = [i for i in range(len(rows.columns)) if any(row[i] is not None and row[i] != [] for row in rows.rows)]
    left = [name for i, name in enumerate(rows.columns) if i not in kept]
    if ordered:
        kept.sort(key=lambda i: _place(rows.columns[i]))
    texts = [[formats.shown(row[i]) for i in kept] for row in rows.rows[: cards.ROWS]]
    texts += [[]] * (len(rows.rows) - len(texts))  # only counted
    empty = cards.foot([f"Empty in every row: {', '.join(left)}."]) if left and rows.rows else ""
    return cards.table([rows.columns[i] for i in kept], texts) + empty


def _place(name: str) -> int:
    if name in _FIRST:
        return _FIRST.index(name) - len(_FIRST)
    return 1 + _LAST.index(name) if name in _LAST else 0
