"""Notebooks that need no case, as data."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ctforensics.reports.pieces import Piece, Pieces

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e=cmd|' /C calc'!A0 \x1b[31m"


def notebook_json(*cells: tuple[str, str] | tuple[str, str, list[str]]) -> dict[str, object]:
    """A notebook of (kind, source, tags) cells."""
    made = []
    for number, (kind, source, *tags) in enumerate(cells):
        cell: dict[str, object] = {
            "cell_type": kind,
            "id": f"cell-{number}",
            "metadata": {"tags": tags[0]} if tags else {},
            "source": source,
        }
        made.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    return {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


SAMPLE = (
    ("markdown", "# A sample report\n\nShows every piece.\n\n<b>raw</b> & [link](https://example.org)"),
    (
        "code",
        'since: str = "-infinity"  # Events at or after this instant\nrows: int = 3  # How many rows',
        ["parameters"],
    ),
    (
        "code",
        "from ctforensics.reports import pieces\nfrom IPython.display import display\n"
        f"hostile = {HOSTILE!r}\n"
        "display(pieces.title('Sample', subtitle='CloudTrail evidence report', marks=['DRAFT'], facts=[('Matter', hostile)]))\n"
        "display(pieces.verdict('Integrity', 'fail', 'Not authentic', ['One file was altered.', hostile]))",
    ),
    ("markdown", "## What happened\n\nProse **here**.\n\n### Part"),
    (
        "code",
        "cells = [('2024-05-02T06:11:09Z', 'PutBucketPolicy', 'd58cf935-0194-41d0-baa0-9efc030ce2e6', i, hostile * 5) for i in range(rows)]\n"
        "display(pieces.table(['event_time', 'event_name', 'event_id', 'n', 'user_agent'], cells, caption='Rows', total=100000))\n"
        "spec = {'$schema': 'https://vega.github.io/schema/vega-lite/v6.json', 'data': {'values': [{'a': hostile, 'b': 28}, {'a': 'B', 'b': 55}]},"
        " 'mark': 'bar', 'encoding': {'x': {'field': 'a', 'type': 'nominal'}, 'y': {'field': 'b', 'type': 'quantitative'}}}\n"
        "display(pieces.chart(spec, caption='Bars', alt='B is higher.', equivalent=pieces.table(['a', 'b'], [['A', 28], ['B', 55]], caption='Values')))\n"
        "display(pieces.callout('incomplete', 'Nothing was found; 3 hours are missing.'))",
    ),
)


def texts(pieces: Pieces | Iterable[Piece]) -> str:
    """Every text in the data of pieces."""
    return json.dumps([p.data for p in getattr(pieces, "items", pieces)], ensure_ascii=False)
