"""Which rows of a report rest on files that contradict the digests: an attacker may have altered or forged what they say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_CLASSES = ("verification", "verification_classes")
_FAIL = re.compile(r"\bfail\b")


def count(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """How many rows rest, at least in part, on events of the class ``fail``; rows that sum several up name their classes."""
    at = [i for i, name in enumerate(columns) if name in _CLASSES]
    return sum(1 for row in rows if any(fails(row[i]) for i in at))


def fails(value: Any) -> bool:
    """Whether a class, several of them or a count of each (also as the cell of a report tells it) has ``fail`` in it."""
    if isinstance(value, dict):
        return bool(value.get("fail"))
    said = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return bool(_FAIL.search(said))


def partly(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bool:
    """Whether one of these rows sums up several events of which only some are of the class ``fail``."""
    at = [i for i, name in enumerate(columns) if name in _CLASSES]
    return any(fails(row[i]) and _others(row[i]) for row in rows for i in at)


def _others(value: Any) -> bool:
    if isinstance(value, dict):
        return any(number for name, number in value.items() if name != "fail")
    said = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return bool(re.search(r"[a-z]", _FAIL.sub("", said)))


def warning(columns: Sequence[str], rows: Sequence[Sequence[Any]], total: int) -> str:
    """The sentence above a table of such rows; nothing where there are none, or where each row is a class itself."""
    number = 0 if columns[0] in _CLASSES else count(columns, rows)
    said = of_rows(number, total, in_part=partly(columns, rows))
    return f"{said[0].upper()}{said[1:]} and may be altered or forged." if number else ""


def of_rows(number: int, total: int, *, in_part: bool = False) -> str:
    """The words behind a count of rows: ``2 of these 3 rows rest on files that contradict the digests``.

    ``in_part`` is for rows that sum up events of other files as well.
    """
    if number == total:
        which = "this row rests" if total == 1 else "all of them rest"
    else:
        which = f"{number:,} of these {total:,} rows {'rests' if number == 1 else 'rest'}"
    return f"{which}{', at least in part,' if in_part else ''} on files that contradict the digests"
