"""How far the proven digests of each chain reach, against how far they should."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ctforensics.verify.digests import Scope
from ctforensics.verify.outcome import Finding
from ctforensics.verify.selection import Selection
from ctforensics.verify.trails import Cover
from ctforensics.verify.unlisted import SLOT, Covers, Loose

_HOUR = timedelta(hours=1)


def findings(covers: Covers, loose: Loose, selection: Selection) -> Iterator[Finding]:
    """G_NO_DIGESTS, G_LATE_START and G_HEAD_SHORT of every chain, and of log files without any chain."""
    everything = [cover for group in covers.values() for cover in group]
    for cover in everything:
        if not selection.has_scope(cover.scope) or cover.oldest is None:
            continue
        if cover.first is None:
            since, until = selection.since or cover.oldest, selection.until or cover.newest
            yield _finding("G_NO_DIGESTS", cover.scope, since, until, "digests are here, but none of them is proven")
            continue
        yield from _late(cover, everything, loose, selection)
        yield from _short(cover, everything, loose, selection)
    for (account, region), hours in sorted(loose.hours.items()):
        if (account, region) not in covers:
            detail = "log files are here, and no digest for their account and region"
            since, until = selection.since or min(hours), selection.until or max(hours) + _HOUR
            yield Finding("G_NO_DIGESTS", account, region, None, since, until, detail)
    yield from _lacking(everything, selection)


def _late(cover: Cover, everything: list[Cover], loose: Loose, selection: Selection) -> Iterator[Finding]:
    first, since = cover.first, selection.since
    assert first is not None and cover.oldest is not None
    if cover.missing_at_start or (since is not None and since >= first):
        return
    reasons: list[tuple[datetime, str]] = []
    if since is not None:
        if cover.begins and selection.until is not None and selection.until <= first:
            return  # a proven starting digest: the trail began after the window
        reasons.append((since, "the window asked for begins earlier"))
    if cover.oldest < first:
        reasons.append((cover.oldest, "older digests are here that are not proven"))
    logs = [h for h in loose.hours.get((cover.scope.account, cover.scope.region), ()) if h + _HOUR <= first]
    if logs:
        reasons.append((min(logs), "older log files are here that no digest lists"))
    starts = [c.first for c in _siblings(cover, everything) if c.first and c.first <= first - _HOUR]
    if starts:
        reasons.append((min(starts), "other regions or accounts of this trail begin earlier"))
    if reasons:
        earliest = min(at for at, _ in reasons) if since is None else since
        yield _finding("G_LATE_START", cover.scope, earliest, first, "; ".join(text for _, text in reasons))


def _short(cover: Cover, everything: list[Cover], loose: Loose, selection: Selection) -> Iterator[Finding]:
    last, until = cover.last, selection.until
    assert last is not None and cover.newest is not None
    if until is not None and (until <= last or (cover.first and until <= cover.first)):
        return
    reasons: list[tuple[datetime, str]] = []
    if until is not None:
        reasons.append((until, "the window asked for ends later"))
    if cover.newest > last:
        reasons.append((cover.newest, "newer digests are here that are not proven"))
    logs = [h for h in loose.hours.get((cover.scope.account, cover.scope.region), ()) if h + _HOUR > last - SLOT]
    if logs:
        reasons.append((max(logs) + _HOUR, "newer log files are here that no digest lists"))
    ends = [c.last for c in _siblings(cover, everything) if c.last and c.last >= last + _HOUR]
    if ends:
        reasons.append((max(ends), "other regions or accounts of this trail go on"))
    if reasons:
        latest = max(at for at, _ in reasons) if until is None else until
        yield _finding("G_HEAD_SHORT", cover.scope, last, max(latest, last), "; ".join(text for _, text in reasons))


def _siblings(cover: Cover, everything: list[Cover]) -> list[Cover]:
    """The same trail in other regions and member accounts."""
    scope = cover.scope
    same = (scope.organization, scope.trail, scope.home_region)
    return [
        c
        for c in everything
        if c is not cover
        and (c.scope.organization, c.scope.trail, c.scope.home_region) == same
        and (scope.organization or c.scope.account == scope.account)
    ]


def _lacking(everything: list[Cover], selection: Selection) -> Iterator[Finding]:
    """Regions of an organisation's trail that one member account has and another lacks."""
    trails: dict[tuple[str, str, str], list[Scope]] = {}
    for cover in everything:
        if cover.scope.organization and cover.oldest is not None:
            scope = cover.scope
            trails.setdefault((scope.organization, scope.trail, scope.home_region), []).append(scope)
    for (_, trail, _), scopes in sorted(trails.items()):
        here = {(s.account, s.region) for s in scopes}
        for account in sorted({a for a, _ in here}):
            for region in sorted({r for _, r in here}):
                wanted = selection.has(account, region) and (not selection.trails or trail in selection.trails)
                if (account, region) not in here and wanted:
                    detail = (
                        "other accounts of this organisation's trail have digests of this region, this one has none"
                    )
                    yield Finding("G_NO_DIGESTS", account, region, trail, selection.since, selection.until, detail)


def _finding(code: str, scope: Scope, since: datetime | None, until: datetime | None, detail: str) -> Finding:
    return Finding(code, scope.account, scope.region, scope.trail, since, until, detail)
