"""A record out of its row: columns and ``unknown_fields`` together hold all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ctforensics.trail.columns import TESTIMONY

_SAID = "eventTime"  # the basis under which event_time repeats the record


def record_from_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The record of one row of ``events`` (a mapping by column name), equal as JSON to what was loaded.

    Where ``record_text`` is there it is the record. Otherwise each testimony column gives its member back, unless
    ``unknown_fields`` holds the original value, or the record spelt that member otherwise (``spelling:`` in ``parse_flags``).
    """
    if row.get("record_text"):
        parsed = json.loads(row["record_text"])
        if isinstance(parsed, dict):
            return parsed
    unknown = json.loads(row["unknown_fields"]) if row.get("unknown_fields") else {}
    flags = row.get("parse_flags")
    flags = [] if flags is None else list(flags)
    respelt = {flag.split(":", 1)[1].casefold() for flag in flags if flag.startswith("spelling:")}
    record: dict[str, Any] = {}
    for field, column in TESTIMONY.items():
        if field in unknown:
            record[field] = unknown[field]
            continue
        value = row.get(column.name)
        if value is None or field.casefold() in respelt:
            continue
        if column.type == "TIMESTAMP":
            if row.get("event_time_basis") == _SAID:
                record[field] = f"{value.isoformat(timespec='seconds')}Z"
        else:
            record[field] = json.loads(value) if column.type == "JSON" else value
    return {**record, **unknown}
