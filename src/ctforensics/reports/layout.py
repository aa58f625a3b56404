"""Which columns of a table stand in the row, and which below it, so that a page holds them and identifiers stay whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctforensics.reports import contradicted
from ctforensics.reports.cells import as_text, column_kind, in_words

ROOM = 108  # characters that a portrait page holds in one row, at the size of table text
_NARROWEST, _WIDEST_WORDS, _WIDEST_LONG = 6, 34, 40


def arrange(table: Mapping[str, Any]) -> dict[str, Any]:
    """``heads`` (columns of the row) and ``body`` (for each row its ``cells``, its ``below``: label and text, and whether it is ``bad``)."""
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
    inside = _inside(names, widths, set(table.get("detail", ())) | bare)
    heads = [{"label": labels[i], "kind": kinds[i]} for i in inside]
    below = [i for i in range(len(names)) if i not in inside]
    silent = [label for name, label in zip(names, labels, strict=True) if name in bare]
    return {
        "silent": silent,
        "heads": heads,
        "body": [
            {**_row(row, names, inside, below, labels, kinds), "bad": bool(contradicted.count(names, [row]))}
            for row in table["rows"]
        ],
    }


def _is_bare(cell: Any) -> bool:
    return cell is None or cell == "" or cell == []


def _width(label: str, kind: str, cells: Sequence[Any]) -> int:
    """About how many characters wide a column wants to be."""
    longest = max((len(line) for cell in cells for line in as_text(cell).split("\n")), default=0)
    head = max((len(word) for word in label.split()), default=0)
    if kind == "words":
        longest = min(longest, _WIDEST_WORDS)
    if kind == "long":
        longest = min(longest, _WIDEST_LONG)
    return max(longest, head, _NARROWEST) + 2


def _inside(names: list[str], widths: list[int], detail: set[str]) -> list[int]:
    """The columns, in their order, that fit in one row; at least one."""
    chosen, room = [], ROOM
    for i, name in enumerate(names):
        if name not in detail and widths[i] <= room:
            chosen.append(i)
            room -= widths[i]
    return chosen or [0]


def _row(
    row: Sequence[Any], names: list[str], inside: list[int], below: list[int], labels: list[str], kinds: list[str]
) -> dict[str, Any]:
    cells = [{"text": in_words(names[i], row[i]), "kind": kinds[i]} for i in inside]
    extra = [
        {"label": labels[i], "lines": in_words(names[i], row[i]).split("\n"), "kind": kinds[i]}
        for i in below
        if not _is_bare(row[i])
    ]
    return {"cells": cells, "below": extra}
