"""What a report holds while it is written: its case, its window, and every statement from which a figure came.

No figure stands in a report that is not the result of a statement in its appendix, so that each can be checked by running it.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ctforensics import hashing
from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Manifest
from ctforensics.reports import asof, contradicted, pieces, zones
from ctforensics.reports.cells import as_cell, as_text, counted
from ctforensics.reports.pieces import Piece

MOST_ROWS = 200  # rows of one answer that are printed; the rest stands in an attached file
ATTACHED = "CTFORENSICS_ATTACH"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that ran: its number, what it is for, its text, its bound values, how many rows, the one value."""

    number: int
    name: str
    sql: str
    params: dict[str, Any]
    rows: int
    value: Any

    @property
    def label(self) -> str:
        """As the pages refer to it."""
        return f"S{self.number}"


@dataclass(slots=True)
class Rows:
    """Columns and rows, and the statement they came from."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    statement: Statement

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(slots=True)
class Held:
    """A case while a report is written from it. ``case`` is an investigation.Case; this room needs its room and folder."""

    case: Any
    scope: dict[str, Any] = field(default_factory=dict)
    zone: str = ""
    statements: list[Statement] = field(default_factory=list)
    attached: list[tuple[str, int, str]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def window(self) -> dict[str, Any]:
        """Since, until, accounts and regions of the report, as a statement over ``scoped`` binds them."""
        ends = {"since": self.scope.get("since") or "-infinity", "until": self.scope.get("until") or "infinity"}
        return {**ends, **{name: list(self.scope.get(name) or []) for name in ("accounts", "regions")}}

    @property
    def folder(self) -> CaseFolder:
        """The case's folder."""
        return self.case.folder

    @property
    def manifest(self) -> Manifest:
        """The facts that a person typed."""
        return self.folder.manifest()

    @property
    def as_of(self) -> asof.AsOf:
        """The custody head that the report rests on."""
        return asof.of_case(self.folder)

    def rows(self, name: str, sql: str, **params: Any) -> Rows:
        """Runs a statement in the locked room and remembers it for the appendix."""
        columns, _, rows, _ = self.case.room.sql(sql, params)
        value = rows[0][0] if len(rows) == 1 and len(columns) == 1 else None
        return Rows(columns, rows, self.remember(name, sql, params, len(rows), value))

    def remember(self, name: str, sql: str, params: dict[str, Any], rows: int, value: Any = None) -> Statement:
        """Notes a statement that ran (the same one twice has one number)."""
        for held in self.statements:
            if (held.sql, held.params) == (sql.strip(), params):
                return held
        made = Statement(len(self.statements) + 1, name, sql.strip(), dict(params), rows, value)
        self.statements.append(made)
        return made

    def number(self, name: str, sql: str, **params: Any) -> int:
        """The one number that a statement gives."""
        return int(self.rows(name, sql, **params).rows[0][0] or 0)

    def table(
        self,
        found: Rows,
        caption: str,
        *,
        note: str = "",
        detail: Sequence[str] = (),
        limit: int = MOST_ROWS,
        labels: Mapping[str, str] | None = None,
    ) -> Piece:
        """Rows as a numbered table that names its statement; beyond ``limit`` the whole stands in an attached file."""
        said = [f"Source: {found.statement.label}.", _sums(found), note]
        if len(found.rows) > limit and self.attaches:
            file = self.attach(
                f"{found.statement.label.lower()}_{_slug(found.statement.name)}", found.columns, found.rows
            )
            said.append(f"All {len(found.rows):,} rows stand in the attached file {file}.")
        columns, rows, beside = self._beside(found.columns, found.rows[:limit])
        total = max(len(found.rows), found.statement.rows)
        return pieces.table(
            columns,
            rows,
            caption=caption,
            total=total,
            note=" ".join(part for part in said if part),
            detail=[*detail, *beside],
            labels=labels,
            warning=contradicted.warning(found.columns, found.rows, total),
        )

    def _beside(self, columns: list[str], rows: list[tuple[Any, ...]]) -> tuple[list[str], list[Any], list[str]]:
        """The same with the first instant of each row in the named zone as well, and the name of that column."""
        at = next((i for i, name in enumerate(columns) if rows and isinstance(rows[0][i], datetime)), None)
        if not self.zone or at is None:
            return columns, list(rows), []
        told = [[*row, zones.local(row[at], self.zone)] for row in rows]
        return [*columns, self.zone], told, [self.zone]

    @property
    def attaches(self) -> bool:
        """Whether whole tables may go along as files: not in a redacted report, and only where the run gave a place."""
        return bool(os.environ.get(ATTACHED)) and not os.environ.get("CTFORENSICS_REDACT")

    def attach(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
        """Writes rows as a CSV file that goes with the report (formulas disarmed) and returns its name."""
        target = Path(os.environ[ATTACHED]) / f"{name}.csv"
        with target.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(columns)
            writer.writerows([_csv_cell(value) for value in row] for row in rows)
        data = target.read_bytes()
        self.attached.append((target.name, len(data), hashing.sha256_hex(data)))
        return target.name


def _sums(found: Rows) -> str:
    """The sum of each column of bytes over all rows of an answer; nothing where not all rows are here, or only one."""
    if not 1 < len(found.rows) >= found.statement.rows:
        return ""
    sums = []
    for at, name in enumerate(found.columns):
        if name.startswith("bytes_"):
            held = [row[at] for row in found.rows if row[at] is not None]
            unsaid = len(found.rows) - len(held)
            sums.append(
                f"{name.replace('_', ' ')} {as_text(as_cell(sum(held)))}"
                + (f" ({counted(unsaid, 'row')} without a value)" if unsaid else "")
            )
    return f"Sum over all {len(found.rows):,} rows: {'; '.join(sums)}." if sums else ""


def _csv_cell(value: Any) -> Any:
    from ctforensics.ask.formats import neutral

    cell = as_cell(value)
    return cell if isinstance(cell, int | float) and not isinstance(cell, bool) else neutral(as_text(cell))


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in text.lower())[:40].strip("_")
