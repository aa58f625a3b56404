"""The pieces of a report: what a report notebook displays, as data and never as HTML.

Each piece is a small JSON object under a mime type of ours; the exporter turns it into HTML, Markdown or a Word document, and
escapes whatever stands in it. In JupyterLab a piece shows as plain text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ctforensics.reports.cells import as_cell
from ctforensics.visible import shown

SECTION = "application/vnd.ctforensics.section+json"
TABLE = "application/vnd.ctforensics.table+json"
CHART = "application/vnd.ctforensics.chart+json"
MIME_TYPES = (CHART, TABLE, SECTION)
LEVELS = ("ok", "anomaly", "unknown", "incomplete", "fail", "note")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its mime type, its data, and the words that stand for it where nothing draws it."""

    mime: str
    data: dict[str, Any]
    plain: str

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {self.mime: self.data, "text/plain": self.plain}

    def __repr__(self) -> str:
        return self.plain


@dataclass(frozen=True, slots=True)
class Pieces:
    """Several pieces that are displayed one after the other."""

    items: list[Piece] = field(default_factory=list)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for piece in self.items:
            display(piece)


def _section(kind: str, plain: str, **data: Any) -> Piece:
    return Piece(SECTION, {"kind": kind, **data}, plain)


def title(text: str, *, subtitle: str = "", marks: Sequence[str] = (), facts: Iterable[tuple[str, Any]] = ()) -> Piece:
    """The head of the first page: title, marks such as DRAFT, and facts as (label, value)."""
    rows = [[label, as_cell(value)] for label, value in facts]
    return _section("title", text, title=text, subtitle=subtitle, marks=list(marks), facts=rows)


def verdict(label: str, level: str, headline: str, sentences: Iterable[str] = ()) -> Piece:
    """One answer of the first page: what it is about, its level (one of LEVELS), a headline, and sentences below it."""
    if level not in LEVELS:
        raise ValueError(f"level is one of {', '.join(LEVELS)}, not {level!r}")
    return _section(
        "verdict", f"{label}: {headline}", label=label, level=level, headline=headline, sentences=[*sentences]
    )


def heading(text: str, *, level: int = 2) -> Piece:
    """A heading whose text is computed; 2 is a section, 3 a part of one."""
    return _section("heading", text, text=text, level=level)


def text(*paragraphs: str) -> Piece:
    """Paragraphs of plain text; nothing in them is markup."""
    return _section("text", "\n\n".join(paragraphs), paragraphs=list(paragraphs))


def bullets(items: Iterable[str]) -> Piece:
    """A list of plain sentences."""
    lines = list(items)
    return _section("bullets", "\n".join(f"- {line}" for line in lines), items=lines)


def callout(level: str, sentence: str) -> Piece:
    """A sentence that must not be overlooked, for example the coverage beside a claim of absence."""
    return _section("callout", sentence, level=level, text=sentence)


def facts(items: Iterable[tuple[str, Any]], *, caption: str = "") -> Piece:
    """Labels and values, two columns."""
    rows = [[label, as_cell(value)] for label, value in items]
    return _section("facts", "\n".join(f"{a}: {b}" for a, b in rows), items=rows, caption=caption)


def finding(
    headline: str, *, status: str, level: str = "note", body: str = "", facts: Iterable[tuple[str, Any]] = ()
) -> Piece:
    """One finding of the analyst: what it says, its status, its words, and what it rests on."""
    rows = [[label, as_cell(value)] for label, value in facts]
    return _section(
        "finding", f"{status}: {headline}", title=headline, status=status, level=level, body=body, facts=rows
    )


def code(source: str, *, caption: str = "", language: str = "sql") -> Piece:
    """A statement as it ran."""
    return _section("code", source, code=source, caption=caption, language=language)


def signal(found: int, sentence: str) -> Piece:
    """Tells the command that this report found something: it then ends with exit code 1."""
    return _section("signal", sentence, found=found, text=sentence)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    caption: str,
    total: int | None = None,
    note: str = "",
    detail: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    warning: str = "",
) -> Piece:
    """Rows under a numbered caption. ``total`` is how many there are where not all are shown, which is then said.

    Columns in ``detail`` stand in a second line below each row, as do those for which the page has no room.
    ``warning`` stands above the rows, to be read before them.
    """
    cells = [[as_cell(value) for value in row] for row in rows]
    data = {
        "caption": caption,
        "columns": [{"name": c, "label": (labels or {}).get(c, c)} for c in columns],
        "rows": cells,
        "total": len(cells) if total is None else total,
        "note": note,
        "detail": list(detail),
        **({"warning": warning} if warning else {}),
    }
    return Piece(TABLE, data, f"{caption} ({data['total']:,} rows)")


def chart(spec: Any, *, caption: str, alt: str, equivalent: Piece | None = None) -> Piece:
    """A chart from a Vega-Lite specification (a dict or an Altair chart), with the words and rows that say the same."""
    plain = spec if isinstance(spec, dict) else json.loads(spec.to_json(validate=False))
    rows = equivalent.data if equivalent else None
    return Piece(
        CHART, {"spec": shown(plain), "caption": caption, "alt": alt, "table": rows}, f"[chart] {caption}. {alt}"
    )
