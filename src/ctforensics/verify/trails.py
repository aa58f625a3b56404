"""One trail in one account and region: its digests judged, and the time that the proven ones cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ctforensics.trail import object_keys
from ctforensics.verify import chain, placing
from ctforensics.verify.digests import Scope
from ctforensics.verify.keys import KeyStore
from ctforensics.verify.ledger import Ledger
from ctforensics.verify.links import Links, Loose, Proven
from ctforensics.verify.outcome import FileOutcome, Finding
from ctforensics.verify.selection import Selection


@dataclass(slots=True)
class Cover:
    """What the proven regular digests of one chain cover. ``spans`` are merged, in order, naive UTC, half open.

    ``begins`` says that the oldest proven digest is a starting digest; ``missing_at_start`` that a missing digest before it
    was reported. ``oldest`` and ``newest`` reach over every digest that could be read, proven or not.
    """

    scope: Scope
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    begins: bool = False
    missing_at_start: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None
    proven: int = 0

    def covers(self, at: datetime) -> bool:
        return any(start <= at < end for start, end in self.spans)

    @property
    def first(self) -> datetime | None:
        return self.spans[0][0] if self.spans else None

    @property
    def last(self) -> datetime | None:
        return self.spans[-1][1] if self.spans else None


@dataclass(slots=True)
class Judged:
    """What came out for one chain."""

    cover: Cover
    findings: list[Finding]
    origins: set[str]


def judge(ledger: Ledger, scope: Scope, turn: int, keys: KeyStore, selection: Selection) -> Judged:
    """Judges every digest of one scope, writes into the ledger which are proven, and returns what is to be said."""
    links, asked = Links(ledger, scope, turn), selection.has_scope(scope)
    origins: set[str] = set()
    ledger.add_in_turn(_outcomes(links, keys, selection, asked, origins))
    links.finish_notes()
    cover, seams = _cover(scope, links)
    for loose in links.loose() if asked else ():
        missing = _missing(ledger, scope, loose, links, selection)
        if missing:
            ledger.add_in_turn([(missing, loose.turn)])
            cover.missing_at_start |= loose.start == cover.first
    return Judged(cover, list(_shape(scope, links, seams, selection)) if asked else [], origins)


def _outcomes(
    links: Links, keys: KeyStore, selection: Selection, asked: bool, origins: set[str]
) -> Iterator[tuple[FileOutcome, str]]:
    """The outcomes of the digests that are asked about; adds to ``origins`` whose keys proved some."""
    for node in links.nodes():  # newest first: whoever could vouch for a node is decided before it
        chain.prove(node, keys, links)
        selected = asked and selection.has_hour(node.digest.start, node.digest.end)
        plain = placing.plainly(node) if selected else None
        links.note(node, selected, plain)
        for outcome in placing.outcomes(node) if selected and not plain else ():
            yield outcome, node.turn
        if node.signed_with and node.proven:
            origins.add(node.signed_with.origin)


def _cover(scope: Scope, links: Links) -> tuple[Cover, list[tuple[Proven, Proven]]]:
    """What the proven digests cover, and those of them that do not begin where the ones before them end."""
    cover, seams = Cover(scope), []
    cover.oldest, cover.newest = links.reach()
    reached: Proven | None = None
    for cover.proven, digest in enumerate(links.proven(), 1):
        if reached is None:
            cover.begins = digest.previous is None
        elif digest.start != reached.end:
            seams.append((reached, digest))
        if reached is None or digest.start > reached.end:
            cover.spans.append((digest.since, digest.until))
        elif digest.end > reached.end:
            cover.spans[-1] = (cover.spans[-1][0], digest.until)
        if reached is None or digest.end > reached.end:
            reached = digest
    return cover, seams


def _shape(scope: Scope, links: Links, seams: list[tuple[Proven, Proven]], selection: Selection) -> Iterator[Finding]:
    """Gaps, overlaps, forks and circles among the digests of one chain."""
    for reached, digest in seams:
        begin, end = reached.until, digest.since
        if end > begin and selection.has_hour(begin, end):
            yield _finding("G_GAP", scope, begin, end, _gap_reason(digest, links))
        elif end < begin and digest.previous is not None and selection.has_hour(end, begin):
            yield _finding("G_OVERLAP", scope, end, begin, f"{reached.place} and {digest.place}")
    for place, heirs in links.forks():
        if selection.has_hour(heirs[0].since, heirs[-1].until):
            names = ", ".join(heir.place for heir in heirs)
            yield _finding("G_FORK", scope, heirs[0].since, heirs[-1].until, f"{names} all follow {place}")
    if links.leads_back():
        for number in chain.cycles(links.numbers(), links.before, links.most):
            since, until, place = links.at(number)
            yield _finding("G_CYCLE", scope, since, until, f"through {place}")


def _gap_reason(digest: Proven, links: Links) -> str:
    if digest.previous is None:
        return (
            "a starting digest follows: the trail or its validation was off; what happened meanwhile is not provable here, and logging "
            f"may have begun again as late as {digest.until:%Y-%m-%dT%H:%M:%SZ}, where that digest ends"
        )
    bucket, key = digest.previous
    proven = links.standing(bucket, key)
    if proven is None:
        return f"the digest that should end here is missing: {bucket}/{key}"
    if proven:
        return "the digests name one another, but their hours do not meet"
    return "a digest that is not proven stands here"


def _missing(ledger: Ledger, scope: Scope, loose: Loose, links: Links, selection: Selection) -> FileOutcome | None:
    """The outcome for the digest that a proven one names and that is nowhere, if the run is asked about its time."""
    named = object_keys.parse(loose.key)
    end = named.stamp if named else loose.start
    start = links.ended_before(loose.start, loose.backfill)
    if start is None and loose.backfill:
        start = _reached_back(links, end)
    if start is None and (selection.since is None or end <= selection.since):
        return None  # the evidence begins here: what is older may have expired
    if not selection.has_hour(start or selection.since or end, end):
        return None
    if any(seen.fault for seen in ledger.at_place(f"{loose.bucket}/{loose.key}", loose.key)):
        return None  # something stands there that is no digest any more; it has its own outcome
    return FileOutcome(
        "D_MISSING",
        f"{loose.bucket}/{loose.key}",
        "digest",
        f"named by {loose.place}",
        account=scope.account,
        region=scope.region,
        trail=scope.trail,
        digest=loose.place,
        since=start or selection.since,
        until=max(end, loose.start),
    )


def _reached_back(links: Links, end: datetime) -> datetime | None:
    """An hour before a backfill digest's end, where regular digests of that time are here: then it has not expired."""
    oldest, _ = links.reach()
    return end - timedelta(hours=1) if oldest is not None and oldest < end else None


def _finding(code: str, scope: Scope, since: datetime | None, until: datetime | None, detail: str) -> Finding:
    return Finding(code, scope.account, scope.region, scope.trail, since, until, detail)
