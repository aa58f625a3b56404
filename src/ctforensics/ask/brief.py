"""Rows in few words, for pages of text: the telling columns, numbers beside their names, and what was called how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ctforensics.ask import formats
from ctforensics.ask.answering import Reply

_TELLING = (
    "event_time", "off_since", "on_again", "ended", "trail", "kind", "step", "depth", "hop", "made", "actor", "from_arn", "to_arn", "source_ip_address", "event_name",
    "outcome", "error_class", "target", "known_as", "state", "use", "new_key", "acts_as", "remarks", "found_in", "linked_by", "event_id",
)  # fmt: skip
_SILENT = ("event_key", "event_ids", "last_event_id", "verification", "verification_classes")
_WIDTH = 80
_CALLS = 8


def brief(answer: Reply, rows: int) -> list[str]:
    """The telling columns of the first rows, a row a line."""
    return _lines(answer, answer.rows.rows[:rows])


def brief_choice(answer: Reply, rows: int) -> list[str]:
    """Like ``brief``; where there are more rows than are shown, a row of each call, of those
    that succeeded and are frequent first, in the order of the answer."""
    everything = answer.rows.rows
    if len(everything) <= rows or "event_name" not in answer.rows.columns:
        return brief(answer, rows)
    name = answer.rows.columns.index("event_name")
    often = Counter(row[name] for row in everything)
    before: Counter[Any] = Counter()
    weighed = []
    for i in sorted(range(len(everything)), key=lambda i: (_refused(answer, i), i)):
        call = everything[i][name]
        weighed.append((before[call], _refused(answer, i), -often[call], i))
        before[call] += 1
    chosen = sorted(i for *_, i in sorted(weighed)[:rows])
    return _lines(answer, [everything[i] for i in chosen])


def _refused(answer: Reply, i: int) -> bool:
    columns = answer.rows.columns
    return "outcome" in columns and answer.rows.rows[i][columns.index("outcome")] in ("denied", "failed")


def calls(answer: Reply) -> str:
    """What was called how often, with what came of it: ``DeleteTrail 3 (1 failed), StopLogging 2``. Empty where the rows are no calls."""
    columns = answer.rows.columns
    if "event_name" not in columns or not answer.rows.rows:
        return ""
    name = columns.index("event_name")
    told = Counter(str(row[name]) for row in answer.rows.rows).most_common()
    pieces = []
    for call, number in told[:_CALLS]:
        missed = outcomes(answer, (i for i, row in enumerate(answer.rows.rows) if str(row[name]) == call))
        pieces.append(f"{formats.shown(call)} {number:,}{f' ({missed})' if missed else ''}")
    return ", ".join(pieces) + (f", and {len(told) - _CALLS} other calls" if len(told) > _CALLS else "")


def outcomes(answer: Reply, rows: Iterable[int] | None = None) -> str:
    """How many rows are calls that were denied or failed: ``3 denied, 1 failed``. Empty where none was or nothing says so."""
    columns = answer.rows.columns
    if "outcome" not in columns:
        return ""
    outcome = columns.index("outcome")
    chosen = range(len(answer.rows.rows)) if rows is None else rows
    found = Counter(answer.rows.rows[i][outcome] for i in chosen)
    return ", ".join(f"{found[name]:,} {name}" for name in ("denied", "failed") if found[name])


def _lines(answer: Reply, rows: list[tuple[Any, ...]]) -> list[str]:
    columns = answer.rows.columns
    kept = [columns.index(name) for name in _TELLING if name in columns]
    if len(kept) >= 4:
        return ["  ".join(_short(formats.shown(row[i])) for i in kept if _says(row[i])) for row in rows]
    kept = [i for i, name in enumerate(columns) if name not in _SILENT]
    return ["  ".join(_short(_named(columns[i], row[i])) for i in kept if _says(row[i])) for row in rows]


def _says(value: Any) -> bool:
    return value is not None and value not in ([], "")


def _named(column: str, value: Any) -> str:
    """A number alone says nothing: it stands behind the name of its column."""
    if not isinstance(value, int | float):
        return formats.shown(value)
    told = (
        ("yes" if value else "no")
        if isinstance(value, bool)
        else f"{value:,}"
        if isinstance(value, int)
        else f"{value:g}"
    )
    return f"{column.replace('_', ' ')} {told}"


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
