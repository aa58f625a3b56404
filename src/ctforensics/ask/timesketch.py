"""Events as Timesketch reads them: one JSON object a line with message, datetime, timestamp_desc, and the columns.

Source: Timesketch, "Create a timeline from JSON/JSONL/CSV".
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.ask.formats import shown

COLUMNS = (
    "event_time, event_time_basis, event_id, event_key::VARCHAR AS event_key, event_name, event_source, outcome, error_code, actor, "
    "principal_arn, access_key_id, source_ip_address, user_agent, aws_region, recipient_account_id, target, verification"
)


def line(row: dict[str, Any]) -> str:
    """One event, a dict of ``COLUMNS``, as a line. A record without any time is described as such."""
    return json.dumps(as_dict(row), ensure_ascii=True) + "\n"


def as_dict(row: dict[str, Any]) -> dict[str, Any]:
    """What the line says; ``datetime`` is ISO 8601 with its offset, ``timestamp`` microseconds since 1970."""
    when: datetime = row["event_time"]
    described = "Event Logged" if row["event_time_basis"] == "eventTime" else f"Time from {row['event_time_basis']}"
    said = {
        "message": _message(row),
        "datetime": f"{when.isoformat(timespec='microseconds')}+00:00",
        "timestamp": int((when - clock.EPOCH).total_seconds() * 1_000_000),
        "timestamp_desc": described,
        "data_type": "aws:cloudtrail:entry",
    }
    left_out = ("event_time", "event_time_basis")
    return said | {name: value for name, value in row.items() if value is not None and name not in left_out}


def _message(row: dict[str, Any]) -> str:
    parts = [row["actor"] or "unknown actor", "called", row["event_name"] or "an unnamed event"]
    parts += ["on", row["target"]] if row["target"] else []
    parts += ["from", row["source_ip_address"]] if row["source_ip_address"] else []
    parts += [f"({row['outcome']}{': ' + row['error_code'] if row['error_code'] else ''})"]
    return shown(" ".join(str(part) for part in parts))
