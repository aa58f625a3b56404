"""The answer as a DataFrame that knows its question, its parameters and its evidence."""

from __future__ import annotations

import html
from typing import Any

import pandas

from ctforensics.ask.answering import Reply
from ctforensics.ask.query import Rows
from ctforensics.ask.question import Question
from ctforensics.ask.searched import Searched

_SHOWN = 50
_CELL = 300


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
        title = self.question.title if self.question else "SQL"
        parts = [f"<h4>{html.escape(title)}</h4>", html_table(self._reply.rows)]
        if self._reply.timeless and self._reply.timeless.rows:
            parts += ["<h5>Records without any time</h5>", html_table(self._reply.timeless)]
        lines = "<br>".join(html.escape(line) for line in self.footer().splitlines())
        return f'<div class="ct-answer">{"".join(parts)}<p class="ct-footer"><small>{lines}</small></p></div>'


def _frame(rows: Rows) -> pandas.DataFrame:
    return pandas.DataFrame.from_records(rows.rows, columns=rows.columns) if rows.rows else _empty(rows)


def _empty(rows: Rows) -> pandas.DataFrame:
    return pandas.DataFrame({name: [] for name in rows.columns})


def html_table(rows: Rows) -> str:
    """Rows as an HTML table in which every value of the evidence is escaped text and nothing else."""
    if not rows.rows:
        return ""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in rows.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows.rows[:_SHOWN]
    )
    more = f"<p><small>{len(rows.rows) - _SHOWN:,} more rows</small></p>" if len(rows.rows) > _SHOWN else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(value: Any) -> str:
    from ctforensics.ask.formats import shown

    text = shown(value)
    return html.escape(text if len(text) <= _CELL else text[: _CELL - 1] + "…")
