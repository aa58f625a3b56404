"""The newest verification run of a case, as a report states it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ctforensics import clock
from ctforensics.case.folder import CaseFolder
from ctforensics.verify import saved


@dataclass(frozen=True, slots=True)
class Run:
    """What a run concluded. Empty texts and None where no run is saved or it does not say."""

    name: str = ""
    authentic: str = ""
    complete: bool | None = None
    keys_from: str = ""
    since: datetime | None = None
    until: datetime | None = None
    reasons: tuple[str, ...] = ()


def newest(folder: CaseFolder) -> Run:
    """The newest saved run; an empty one where nothing was verified."""
    held = saved.newest(folder)
    if held is None:
        return Run()
    window = held.head.get("window") or {}
    since, until = window.get("since"), window.get("until")
    return Run(
        held.run,
        str(held.head.get("authentic") or ""),
        held.head.get("complete"),
        str(held.head.get("keys_from") or ""),
        clock.parse_instant(since) if since else None,
        clock.parse_instant(until) if until else None,
        tuple(str(reason) for reason in held.head.get("reasons") or ()),
    )
