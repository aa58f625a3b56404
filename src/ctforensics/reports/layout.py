"""Which columns of a table stand in the row, and which below it, so that a page holds them and identifiers stay whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ctforensics.reports import contradicted
from ctforensics.reports.cells import as_text, column_kind, in_words, longest_identifier

ROOM = 108  # characters that a portrait page holds in one row, at the size of table text
_NARROWEST, _WIDEST_WORDS, _WIDEST_LONG = 6, 34, 40
_WIDEST_PIECE = 54  # of a path or an ARN, between two places where it may be broken
_BREAKABLE = re.compile(r"[-/:,\s\"{}?]")
_FOR_FIGURES = ROOM // 2  # what figures may take of it before the other columns are asked
_CORE = frozenset({"event_name", "outcome", "state", "class"})  # what a reader looks for first in any row
_EACH = frozenset({"verification", "outcome"})  # said of each row, though it be the same of all
_FEW = 2  # rows that are read as they are: what is the same in them stays in each
EVERY = "The same in all these rows:"
_SHORT = 14  # lines of a table that a page takes whole


def arrange(table: Mapping[str, Any]) -> dict[str, Any]:
    """``heads`` (columns of the row and the characters each wants), ``body`` (for each row its ``cells``, its ``below``: label and text, and whether it is ``bad``),

    ``same`` (label and text of what every row holds and none has room for), ``silent`` (columns without any value), ``kept`` (places of
    the columns that are neither) and whether the table is ``short`` enough to stand on one page.
    """
    names = [c["name"] for c in table["columns"]]
    labels = [c["label"].replace("_", " ") for c in table["columns"]]
    columns = list(zip(*table["rows"], strict=True)) or [() for _ in names]
    kinds = [column_kind(name, list(cells)) for name, cells in zip(names, columns, strict=True)]
    said = [[in_words(name, cell) for cell in cells] for name, cells in zip(names, columns, strict=True)]
    widths = [_width(label, kind, cells) for label, kind, cells in zip(labels, kinds, said, strict=True)]
    bare = {
        n
        for n, cells in zip(names, columns, strict=True)
        if len(names) > 3 and cells and all(_is_bare(c) for c in cells)
    }
    detail = set(table.get("detail", ())) | bare
    inside = _inside(names, kinds, widths, [_varies(cells) for cells in columns], detail)
    heads = [{"label": labels[i], "kind": kinds[i], "room": widths[i]} for i in inside]
    below = [i for i in range(len(names)) if i not in inside]
    same = (
        [i for i in below if names[i] not in bare | _EACH and not _varies(columns[i])] if len(columns[0]) > _FEW else []
    )
    left = [i for i in below if i not in same]
    body = [
        {
            **_row(row, [column[at] for column in said], inside, left, labels, kinds),
            "bad": bool(contradicted.count(names, [row])),
        }
        for at, row in enumerate(table["rows"])
    ]
    return {
        "silent": [label for name, label in zip(names, labels, strict=True) if name in bare],
        "kept": [i for i, name in enumerate(names) if name not in bare and i not in same],
        "same": [_part(said[i][0], labels[i], kinds[i]) for i in same],
        "heads": heads,
        "body": body,
        "short": sum(map(_lines, body)) <= _SHORT,
    }


def _varies(cells: Sequence[Any]) -> bool:
    return len(cells) <= _FEW or any(cell != cells[0] for cell in cells)


def _is_bare(cell: Any) -> bool:
    return cell is None or cell == "" or cell == []


def _width(label: str, kind: str, cells: Sequence[Any]) -> int:
    """About how many characters wide a column wants to be."""
    longest = max((len(line) for cell in cells for line in as_text(cell).split("\n")), default=0)
    head = max((len(word) for word in label.split()), default=0)
    if kind == "words":
        longest = max(min(longest, _WIDEST_WORDS), longest_identifier(cells))
    if kind == "long":
        pieces = (piece for cell in cells for piece in _BREAKABLE.split(as_text(cell)))
        longest = max(min(longest, _WIDEST_LONG), min(max(map(len, pieces), default=0) + 3, _WIDEST_PIECE))
    return max(longest, head, _NARROWEST) + 2


def _inside(names: list[str], kinds: list[str], widths: list[int], varies: list[bool], detail: set[str]) -> list[int]:
    """The columns, in their order, that fit in one row; at least one.

    The first comes first, then what is looked for in any row, then figures that differ, then all that differs, then the rest.
    """
    asked = [i for i, name in enumerate(names) if name not in detail]
    figures, chosen, room = _FOR_FIGURES, [], ROOM

    def rank(i: int) -> int:
        if i == asked[0] or names[i] in _CORE:
            return 0
        return 3 if not varies[i] else 1 if kinds[i] == "number" else 2

    if sum(widths[i] for i in asked) <= ROOM:
        return asked or [0]
    for i in sorted(asked, key=lambda i: (rank(i), i)):
        if widths[i] <= (min(room, figures) if rank(i) == 1 else room):
            chosen.append(i)
            room -= widths[i]
            figures -= widths[i] if rank(i) == 1 else 0
    return sorted(chosen) or [0]


def _row(
    row: Sequence[Any], texts: list[str], inside: list[int], left: list[int], labels: list[str], kinds: list[str]
) -> dict[str, Any]:
    cells = [{"text": texts[i], "kind": kinds[i]} for i in inside]
    return {"cells": cells, "below": [_part(texts[i], labels[i], kinds[i]) for i in left if not _is_bare(row[i])]}


def _part(text: str, label: str, kind: str) -> dict[str, Any]:
    return {"label": label, "lines": text.split("\n"), "kind": kind}


def _lines(row: Mapping[str, Any]) -> int:
    """About how many lines a row takes on paper."""
    written = sum(len(part["label"]) + sum(map(len, part["lines"])) + 4 for part in row["below"])
    cells = max((-(-len(cell["text"]) // _WIDEST_LONG) for cell in row["cells"]), default=1)
    return max(1, cells) + -(-written // ROOM)


def said_once(table: Mapping[str, Any]) -> str:
    """What every row holds as a sentence, for formats without a place of their own for it; empty where nothing is."""
    told = "; ".join(f"{part['label']} {', '.join(part['lines'])}" for part in table["same"])
    return f"{EVERY} {told}." if told else ""
