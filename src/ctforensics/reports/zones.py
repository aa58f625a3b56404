"""A named time zone beside UTC, where a report was asked for one; never instead of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ctforensics.errors import ParameterError

_LATEST = datetime(9999, 1, 1)  # an instant of the calendar's last hours has no local time


def checked(name: str) -> str:
    """The name, if there is such a zone. Raises ParameterError."""
    if name:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ParameterError(f"There is no time zone named {name!r}.", hint="Write Europe/Berlin.") from error
    return name


def local(instant: Any, zone: str) -> str:
    """A naive UTC instant as local time with its offset; empty for what is no instant."""
    if not isinstance(instant, datetime) or not datetime(1, 1, 3) < instant < _LATEST:
        return ""
    there = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return f"{there:%Y-%m-%d %H:%M:%S} {there:%z}"
