"""An ATT&CK Navigator layer: which techniques the questions that have answers are about.

A row is an answer to a question, not proof of a technique; the layer says so in its description and in every comment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ctforensics.ask.catalog import Catalog
from ctforensics.ask.query import run
from ctforensics.ask.room import Room
from ctforensics.errors import ForensicsError

# Layer format 4.5: name, versions, domain and techniques are what the Navigator needs.
_VERSIONS = {"layer": "4.5", "navigator": "5.1.0"}


def layer(room: Room, catalog: Catalog, *, name: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    """The layer of a case: every question with techniques that needs no parameter is asked and its rows counted."""
    answered: dict[str, list[tuple[str, int]]] = {}
    matrix = ""
    for question in catalog:
        if not question.attack or any(p.required for p in question.params):
            continue
        try:
            rows = len(run(room, question, params or {}).rows)
        except ForensicsError:  # a question that does not take these parameters is not asked
            continue
        matrix = matrix or question.attack_matrix
        for technique in question.attack:
            answered.setdefault(technique, []).append((question.title, rows))
    return _layer(name, matrix, answered)


def _layer(name: str, matrix: str, answered: dict[str, list[tuple[str, int]]]) -> dict[str, Any]:
    techniques = [_technique(technique, asked) for technique, asked in sorted(answered.items())]
    most = max((t["score"] for t in techniques), default=0)
    return {
        "name": name,
        "versions": {**_VERSIONS, "attack": matrix.lstrip("v").split(".")[0] or "18"},
        "domain": "enterprise-attack",
        "description": "Numbers of rows with which questions about a technique were answered. Rows are not proof of a technique.",
        "filters": {"platforms": ["IaaS", "Identity Provider"]},
        "techniques": techniques,
        "gradient": {"colors": ["#ffffff", "#e69f00"], "minValue": 0, "maxValue": max(most, 1)},
        "sorting": 3,
        "hideDisabled": False,
    }


def _technique(technique: str, asked: Iterable[tuple[str, int]]) -> dict[str, Any]:
    told = list(asked)
    score = sum(rows for _, rows in told)
    comment = "; ".join(f"{title}: {rows:,} rows" for title, rows in told)
    return {
        "techniqueID": technique,
        "score": score,
        "comment": f"{comment}. Rows, not proof.",
        "enabled": True,
        "showSubtechniques": "." in technique,
    }
