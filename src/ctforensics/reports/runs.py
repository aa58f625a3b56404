"""The verification runs of a case whose verdicts stand, as a report states them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ctforensics import clock
from ctforensics.case.folder import CaseFolder
from ctforensics.verify import standing
from ctforensics.verify.saved import SavedRun


@dataclass(frozen=True, slots=True)
class Run:
    """What a run concluded. Empty texts and None where it does not say."""

    name: str
    asked: str
    authentic: str
    complete: bool | None
    keys_from: str
    since: datetime | None
    until: datetime | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of whose verdicts some stand, newest first; none where nothing was verified."""

    each: tuple[Run, ...]
    keys_from: str

    @property
    def complete(self) -> bool | None:
        """False where one run says so, true only where all do: a narrow run does not vouch for what a wider one left open."""
        said = {run.complete for run in self.each}
        return False if False in said else True if said == {True} else None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why completeness is not known, each reason once."""
        return tuple(dict.fromkeys(reason for run in self.each for reason in run.reasons))

    @property
    def practice(self) -> bool:
        """Whether practice keys proved any of it."""
        return any(run.keys_from == "practice" for run in self.each)


def runs_of(folder: CaseFolder) -> Runs:
    """The runs that count in a case (``verify.standing``)."""
    held = standing.standing(folder)
    return Runs(tuple(map(_run, held.runs)), held.keys_from if held.runs else "")


def _run(held: SavedRun) -> Run:
    window = held.head.get("window") or {}
    since, until = window.get("since"), window.get("until")
    return Run(
        held.run,
        standing.about(held),
        str(held.head.get("authentic") or ""),
        held.head.get("complete"),
        str(held.head.get("keys_from") or ""),
        clock.parse_instant(since) if since else None,
        clock.parse_instant(until) if until else None,
        tuple(str(reason) for reason in held.head.get("reasons") or ()),
    )
