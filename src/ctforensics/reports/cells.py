"""Values of answers as cells of a report: JSON, readable, bounded, every character visible."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ctforensics.visible import visible

CELL_LIMIT = 1500
VERDICTS = {"ok", "anomaly", "unknown", "fail", "not_checked"}


def as_cell(value: Any) -> str | int | float | bool | list[str] | None:
    """A value as a table cell holds it: instants as UTC text, lists of text, other structures as compact JSON text."""
    if value is None or isinstance(value, bool | int):
        return value
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return as_cell(value.item() if getattr(value, "ndim", 0) == 0 else value.tolist())
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, date | datetime) or hasattr(value, "to_pydatetime"):
        return _instant(value)
    if isinstance(value, list | tuple | set):
        return [str(_short(part)) for part in value if part is not None]
    if isinstance(value, dict):
        if value and set(value) <= VERDICTS:  # how many events of each class of verification
            return ", ".join(f"{count:,} {in_words('verification', verdict)}" for verdict, count in value.items())
        return _short(json.dumps(value, ensure_ascii=False, default=str, separators=(", ", ": ")))
    return _short(value)


def _instant(value: Any) -> str | None:
    if value != value:  # NaT, the missing instant of pandas
        return None
    plain = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return visible(plain) if isinstance(plain, datetime) else plain.isoformat()


def _short(value: Any) -> str:
    text = visible(value)
    return text if len(text) <= CELL_LIMIT else f"{text[:CELL_LIMIT]} … ({len(text):,} characters)"


def as_text(cell: Any) -> str:
    """A cell as one text: numbers with separators, lists joined, nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{int(cell):,}" if cell.is_integer() else f"{cell:,.6f}".rstrip("0")
    return "\n".join(cell) if isinstance(cell, list) else str(cell)


# Codes of the case's tables as a reader meets them, by column; the glossary names the code beside the words.
_STATES = {"verified_empty": "verified, nothing delivered", "outside": "outside what was loaded"}
_CLASSES = {"not_checked": "not checked"}
_OUTCOMES = {
    "other_kind": "another kind of file",
    "out_of_scope": "left out of the load",
    "dry_run_ok": "dry run, would be allowed",
}
CODES = {"state": _STATES, "verification": _CLASSES, "outcome": _OUTCOMES}


def in_words(column: str, cell: Any) -> str:
    """A cell as one text, a code that is no word said in words: ``not_checked`` of the column verification is not checked."""
    text = as_text(cell)
    return CODES.get(column, {}).get(text, text)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 hour``, ``2,000 hours``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


# How a column is set: identifiers and instants never break, long structures break anywhere, numbers stand right.
_WHOLE = (
    "event_id",
    "access_key_id",
    "source_ip_address",
    "event_key",
    "sha256",
    "account",
    "region",
    "event_time",
    "hour",
)
_LONG = (
    "_arn",
    "arn",
    "policy",
    "parameters",
    "elements",
    "user_agent",
    "object",
    "object_key",
    "path",
    "key",
    "detail",
    "file",
)


# Access keys, UUIDs, hashes, account ids, addresses, instants: broken in two they cannot be copied.
_IDENTIFIER = re.compile(
    r"[A-Z]{4}[A-Z0-9]{12,124}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|\d{12}|\d{1,3}(\.\d{1,3}){3}"
    r"|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z)?"
)


def column_kind(name: str, cells: list[Any]) -> str:
    """``number``, ``whole`` (never broken inside), ``long`` (may break anywhere) or ``words``."""
    filled = [c for c in cells if c not in (None, "", [])]
    lines = [line for c in filled for line in as_text(c).split("\n")]
    if filled and all(_IDENTIFIER.fullmatch(line) for line in lines):
        return "whole"
    if filled and all(isinstance(c, int | float) and not isinstance(c, bool) for c in filled):
        return "number"
    longest = max((len(line) for c in filled for line in as_text(c).split("\n")), default=0)
    if longest > 44 or any(name == n or name.endswith(n) for n in _LONG):
        spaced = all(
            len(word) <= 30 or _IDENTIFIER.fullmatch(word.strip(".,;:()"))
            for c in filled
            for word in as_text(c).split()
        )
        return "words" if spaced else "long"
    if any(n in name for n in _WHOLE) or name.endswith(("_id", "_at", "_time", "since", "until")):
        return "whole"
    return "words"


def longest_identifier(cells: Iterable[Any]) -> int:
    """How many characters the longest identifier among the words of these cells has: room that words need so as not to break it."""
    words = (word.strip(".,;:()") for cell in cells for word in as_text(cell).split())
    return max((len(word) for word in words if len(word) > 30 and _IDENTIFIER.fullmatch(word)), default=0)


def legible(value: Any) -> Any:
    """A JSON value in which every text is ``visible`` but for its line feeds, which are kept."""
    if isinstance(value, str):
        return "\n".join(visible(line) for line in value.replace("\t", "    ").split("\n"))
    if isinstance(value, dict):
        return {name: legible(part) for name, part in value.items()}
    return [legible(part) for part in value] if isinstance(value, list) else value
