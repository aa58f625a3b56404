"""The instant that a report speaks of: the newest custody line that changed what the case knows, not the clock on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder

# What changes the case's knowledge; a report or an exhibit does not, so making one does not change the next.
ACTIONS = ("new", "receive", "acquire", "public_keys", "metadata", "restore", "verify", "load", "recheck")


@dataclass(frozen=True, slots=True)
class AsOf:
    """The custody head that a report rests on: its hash, its time, and the lines up to it."""

    head: str
    at: datetime | None
    lines: tuple[dict[str, Any], ...]


NO_CASE = AsOf("", None, ())


def of_case(folder: CaseFolder) -> AsOf:
    """The newest line of ACTIONS in custody.jsonl; an empty one where nothing is recorded."""
    kept = tuple(line for line in journal.read(folder.custody_file) if line.get("action") in ACTIONS)
    if not kept:
        return NO_CASE
    return AsOf(str(kept[-1].get("hash", "")), clock.parse_instant(str(kept[-1]["at"])), kept)
