"""The verdicts that stand: of every file the newest one, out of all saved runs.

A run that was asked about everything stands for all; a narrower one that came after it (a window, an account, a trail) has the last
word on what it was asked about, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.case.folder import CaseFolder
from ctforensics.verify import saved
from ctforensics.verify.keys import ORIGINS, weakest
from ctforensics.verify.saved import SavedRun
from ctforensics.verify.selection import Selection


@dataclass(frozen=True, slots=True)
class Standing:
    """The runs that count, newest first."""

    runs: tuple[SavedRun, ...]

    @property
    def keys_from(self) -> str:
        """The least trusted origin of keys among the runs."""
        origins = {str(run.head.get("keys_from") or "none") for run in self.runs}
        return weakest(origins & set(ORIGINS))

    def files(self) -> Iterator[dict[str, Any]]:
        """The newest outcome of every file, as it was saved, with the ``run`` that gave it."""
        judged: set[int] = set()
        for number, run in enumerate(self.runs):
            newer = [asked(one) for one in self.runs[:number]]
            told = set()
            for line in run.files():
                names = [hash(line["key"])] + ([hash((line.get("root"), line["path"]))] if line.get("path") else [])
                if judged.isdisjoint(names) and not any(_has_file(selection, line) for selection in newer):
                    yield line | {"run": run.run}
                if run is not self.runs[-1]:
                    told.update(names)
            judged |= told

    def findings(self) -> Iterator[dict[str, Any]]:
        """The findings that no newer run was asked about."""
        for number, run in enumerate(self.runs):
            newer = [asked(one) for one in self.runs[:number]]
            for line in run.findings():
                if not any(_has_finding(selection, line) for selection in newer):
                    yield line | {"run": run.run}

    def sentences(self) -> list[str]:
        """A sentence for every run that counts: what it was asked about."""
        return [f"{run.run}: {about(run)}" for run in self.runs]


def standing(folder: CaseFolder) -> Standing:
    """The runs that count in a case: back to the newest that was asked about everything, without those that a newer one covers."""
    kept: list[SavedRun] = []
    for path in reversed(saved.runs(folder)):
        run = saved.read(path)
        selection = asked(run)
        if any(asked(newer).covers(selection) for newer in kept):
            continue
        kept.append(run)
        if selection == Selection():
            break
    return Standing(tuple(kept))


def asked(run: SavedRun) -> Selection:
    """What a saved run was asked about."""
    parts, window = run.head.get("asked") or {}, run.head.get("window") or {}
    given = window if window.get("source") == "asked" else {}
    return Selection.of(
        _instant(given.get("since")),
        _instant(given.get("until")),
        parts.get("accounts"),
        parts.get("regions"),
        parts.get("trails"),
    )


def about(run: SavedRun) -> str:
    """What a saved run was asked about, in words."""
    selection = asked(run)
    parts = [", ".join(sorted(names)) for names in (selection.accounts, selection.regions, selection.trails) if names]
    if selection.since or selection.until:
        since, until = (clock.utc_text(at) if at else None for at in (selection.since, selection.until))
        parts.append(f"delivered {since or 'from the beginning'} to {until or 'the end'}")
    return "; ".join(parts) or "everything"


def _has_file(selection: Selection, line: Mapping[str, Any]) -> bool:
    """Whether a run was asked about a file of which it says nothing any more. A file that names no time or account stands."""
    since, until = _instant(line.get("since")), _instant(line.get("until"))
    if not _has_scope(selection, line) or since is None or until is None:
        return False
    if line["kind"] == "log" and line.get("digest") is None:
        return selection.has_instant(since)
    return selection.has_hour(since, until)


def _has_finding(selection: Selection, line: Mapping[str, Any]) -> bool:
    """Whether a finding lies wholly in what a run was asked about."""
    since, until = _instant(line.get("since")), _instant(line.get("until"))
    if not _has_scope(selection, line):
        return False
    begins = selection.since is None or (since is not None and since >= selection.since)
    return begins and (selection.until is None or (until is not None and until <= selection.until))


def _has_scope(selection: Selection, line: Mapping[str, Any]) -> bool:
    wanted = ((selection.accounts, "account"), (selection.regions, "region"), (selection.trails, "trail"))
    return all(not names or line.get(name) in names for names, name in wanted)


def _instant(text: str | None) -> datetime | None:
    return clock.parse_instant(text) if text else None
