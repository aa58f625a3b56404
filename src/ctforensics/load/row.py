"""One record as one row of ``events``: testimony columns, derived columns, and everything else in ``unknown_fields``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import orjson

from ctforensics.trail import canonical, fast
from ctforensics.trail.columns import EVENT_COLUMNS, TESTIMONY
from ctforensics.trail.derive import conclude, event_time
from ctforensics.trail.identity import flag, identify

_TYPE_OF = {c.name: c.type for c in EVENT_COLUMNS}
_FOLDED = {field.casefold(): column for field, column in TESTIMONY.items()}


def dump(value: Any) -> str:
    """A parsed JSON value in the sorted form in which columns hold it."""
    try:
        return orjson.dumps(value, None, fast.SORTED).decode()
    except TypeError:  # nested deeper than orjson writes, or an integer beyond 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def make(
    parsed: fast.Parsed,
    *,
    delivered: datetime | None,
    fidelity: str,
    keep_text: str | None,
    flags: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """The row of one record by column name; absent columns are left out (null).

    ``keep_text`` is stored where columns cannot repeat the record, or always with --keep-raw (the caller decides).
    """
    record = parsed.record
    row: dict[str, Any] = {"event_key": canonical.key_of(parsed.form), "fidelity": fidelity}
    unknown, odd = testimony(record, row)
    moment, basis = event_time(record, delivered)
    row["event_time"], row["event_time_basis"] = moment, basis
    if "eventTime" in record and not (basis == "eventTime" and _repeats(record["eventTime"], moment)):
        unknown["eventTime"] = record["eventTime"]
        odd.append("type:eventTime")
    if unknown:
        row["unknown_fields"] = dump(unknown)
    odd += [*parsed.flags, *flags]
    if odd:
        row["parse_flags"] = sorted(odd)
    if keep_text is not None:
        row["record_text"] = keep_text
    for name, value in conclude(_spelled(record, odd), identify(_identity(record))).items():
        row[name] = value
    row["verification"] = "not_checked"
    return row


def testimony(record: dict[str, Any], row: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Fills the testimony columns of a row; returns what they cannot repeat, and flags."""
    unknown: dict[str, Any] = {}
    flags: list[str] = []
    for field, value in sorted(record.items()):
        column = TESTIMONY.get(field)
        if column is None:
            unknown[field] = value
            other = _FOLDED.get(field.casefold())
            if other and other.field not in record:
                flags.append(f"spelling:{field}")
                _fill(row, other.name, value)
        elif column.name != "event_time" and not _fill(row, column.name, value):
            unknown[field] = value
            if value is not None and field != "sessionCredentialFromConsole":
                flags.append(f"type:{field}")
    return unknown, flags


def _fill(row: dict[str, Any], name: str, value: Any) -> bool:
    """Puts a value into its column; whether the column repeats it exactly."""
    kind = _TYPE_OF[name]
    if kind == "JSON":
        row[name] = dump(value)
        return True
    if kind == "TIMESTAMP":
        return False
    if kind == "BOOLEAN":
        row[name] = flag(value)
        return isinstance(value, bool)
    if isinstance(value, str):
        row[name] = value
        return True
    if value is not None:
        row[name] = dump(value)
    return False


def _repeats(said: Any, moment: datetime) -> bool:
    return isinstance(said, str) and not moment.microsecond and said == f"{moment.isoformat()}Z"


def _identity(record: dict[str, Any]) -> Any:
    if "userIdentity" in record:
        return record["userIdentity"]
    return next((v for k, v in sorted(record.items()) if k.casefold() == "useridentity"), None)


def _spelled(record: dict[str, Any], flags: list[str]) -> dict[str, Any]:
    """The record with CloudTrail's own spelling where only another one is there, for what we conclude from it."""
    other = [f.split(":", 1)[1] for f in flags if f.startswith("spelling:")]
    if not other:
        return record
    return {**record, **{str(_FOLDED[name.casefold()].field): record[name] for name in other}}
