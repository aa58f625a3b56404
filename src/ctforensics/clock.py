"""Time: UTC everywhere, parsed from what people type and printed with ``Z``.

Inside the tool an instant is a *naive* ``datetime`` that means UTC, because that is what DuckDB's plain
``TIMESTAMP`` gives and takes; anything aware is converted at the door.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta

from ctforensics.errors import ParameterError

EPOCH = datetime(1970, 1, 1)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d{2})(\d{2})$")


def now() -> datetime:
    """The present instant as naive UTC; the environment variable CTFORENSICS_NOW pins it for reproducible runs."""
    pinned = os.environ.get("CTFORENSICS_NOW")
    if pinned:
        return parse_instant(pinned)
    return datetime.now(UTC).replace(tzinfo=None)


def parse_instant(text: str | datetime) -> datetime:
    """What a person types for an instant, as naive UTC.

    Takes a date (its midnight), a date and time with ``T`` or a blank, with ``Z``, with an offset (converted, not
    dropped) or without (read as UTC), and ``infinity`` / ``-infinity``. Raises ParameterError otherwise.
    """
    if isinstance(text, datetime):
        return text.astimezone(UTC).replace(tzinfo=None) if text.tzinfo else text
    cleaned = text.strip()
    if cleaned in ("infinity", "+infinity"):
        return datetime.max
    if cleaned == "-infinity":
        return datetime.min
    if not _DATE.match(cleaned):
        raise ParameterError(
            f"{text!r} is not an instant.",
            hint="Write 2024-05-02, 2024-05-02T06:11:09Z or 2024-05-02T08:11:09+02:00.",
        )
    try:
        parsed = datetime.fromisoformat(
            _OFFSET_WITHOUT_COLON.sub(r"\1:\2", cleaned) if "T" in cleaned or " " in cleaned else cleaned
        )
    except ValueError as error:
        raise ParameterError(f"{text!r} is not an instant ({error}).", hint="Write 2024-05-02T06:11:09Z.") from error
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed


def utc_text(instant: datetime | None) -> str:
    """An instant as ``2024-05-02T06:11:09Z`` (fractions only where there are any); ``-`` for none."""
    if instant is None:
        return "-"
    plain = instant if type(instant) is datetime and instant.tzinfo is None else parse_instant(instant)
    if plain == datetime.max:
        return "infinity"
    if plain == datetime.min:
        return "-infinity"
    return plain.isoformat() + "Z"


def hours(since: datetime, until: datetime) -> int:
    """Whole hours touched by the half-open window [since, until)."""
    if until <= since:
        return 0
    first = since.replace(minute=0, second=0, microsecond=0)
    return -((first - until) // timedelta(hours=1))
