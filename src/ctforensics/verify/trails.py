"""One trail in one account and region: its digests judged, and the time that the proven ones cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ctforensics.trail import object_keys
from ctforensics.verify import chain, placing
from ctforensics.verify.chain import Node, Places
from ctforensics.verify.digests import Scope
from ctforensics.verify.keys import KeyStore
from ctforensics.verify.ledger import Ledger, Signature
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


def judge(ledger: Ledger, scope: Scope, keys: KeyStore, selection: Selection) -> Judged:
    """Judges every digest of one scope, writes into the ledger which are proven, and returns what is to be said."""
    nodes = _nodes(ledger, scope)
    places = chain.prove(nodes, keys, _Papers(ledger))
    asked = selection.has_scope(scope)
    cover = _cover(scope, nodes)
    findings = list(_shape(scope, nodes, places, selection)) if asked else []
    ledger.mark_digests(
        (n.proven and not seen.fault, asked and selection.has_hour(n.digest.start, n.digest.end), seen.id)
        for n in nodes
        for seen in n.copies
    )
    if asked:
        ledger.add_outcomes(_outcomes(ledger, nodes, places, cover, selection))
    return Judged(cover, findings, {n.signed_with.origin for n in nodes if n.proven and n.signed_with})


def _outcomes(
    ledger: Ledger, nodes: list[Node], places: Places, cover: Cover, selection: Selection
) -> Iterator[FileOutcome]:
    """The outcomes of the digests in order of time; notes in ``cover`` where one is missing before the first."""
    for node in sorted(nodes, key=lambda n: (n.digest.start, n.digest.end, n.digest.sha256)):
        if selection.has_hour(node.digest.start, node.digest.end):
            yield from placing.outcomes(node)
        missing = _missing(ledger, node, nodes, places, selection)
        if missing:
            yield missing
            cover.missing_at_start |= node.digest.start == cover.first


class _Papers:
    """What proving looks up in the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def proposals(self, node: Node) -> Sequence[Signature]:
        return _proposals(self._ledger, node)

    def text(self, node: Node) -> bytes:
        return self._ledger.signed_text(node.copies[0].id)

    def carried(self, node: Node) -> str:
        return self._ledger.carried_signature(node.copies[0].id)


def _nodes(ledger: Ledger, scope: Scope) -> list[Node]:
    nodes: dict[str, Node] = {}
    for seen, digest in ledger.digests(scope):
        node = nodes.get(digest.sha256)
        if node is None:
            node = nodes[digest.sha256] = Node(digest)
        node.copies = (*node.copies, seen)
    return list(nodes.values())


def _proposals(ledger: Ledger, node: Node) -> Sequence[Signature]:
    """Signatures for the place that the digest claims and for the places where it stands."""
    stands = [seen.place for seen in node.copies]
    elsewhere = [place for place in stands if place not in (node.digest.place, node.digest.key)]
    found = ledger.signatures([node.digest.place, *elsewhere])
    if not found:
        # A folder that is one bucket's content: paths are keys, and the metadata names the bucket.
        found = ledger.signatures(place for key in stands for place in ledger.metadata_places(key))
    return found


def _cover(scope: Scope, nodes: list[Node]) -> Cover:
    cover = Cover(scope)
    regular = sorted((n for n in nodes if not n.backfill), key=lambda n: (n.digest.start, n.digest.end))
    if regular:
        cover.oldest = min(n.digest.start for n in regular)
        cover.newest = max(n.digest.end for n in regular)
    for node in regular:
        if not node.proven:
            continue
        start, end = node.digest.start, node.digest.end
        if not cover.spans:
            cover.begins = node.digest.previous is None
        cover.proven += 1
        if cover.spans and start <= cover.spans[-1][1]:
            cover.spans[-1] = (cover.spans[-1][0], max(end, cover.spans[-1][1]))
        else:
            cover.spans.append((start, end))
    return cover


def _shape(scope: Scope, nodes: list[Node], places: Places, selection: Selection) -> Iterator[Finding]:
    """Gaps, overlaps, forks and circles among the digests of one chain."""
    proven = sorted((n for n in nodes if n.proven and not n.backfill), key=lambda n: (n.digest.start, n.digest.end))
    reached: Node | None = None
    for node in proven:
        if reached is not None:
            begin, end = reached.digest.end, node.digest.start
            if end > begin and selection.has_hour(begin, end):
                yield _finding("G_GAP", scope, begin, end, _gap_reason(node, places))
            elif end < begin and node.digest.previous is not None and selection.has_hour(end, begin):
                yield _finding("G_OVERLAP", scope, end, begin, f"{reached.digest.place} and {node.digest.place}")
        if reached is None or node.digest.end > reached.digest.end:
            reached = node
    for place, heirs in _heirs(proven).items():
        if len(heirs) > 1 and selection.has_hour(heirs[0].digest.start, heirs[-1].digest.end):
            names = ", ".join(h.digest.place for h in heirs)
            yield _finding("G_FORK", scope, heirs[0].digest.start, heirs[-1].digest.end, f"{names} all follow {place}")
    for node in chain.cycles(nodes, places):
        yield _finding("G_CYCLE", scope, node.digest.start, node.digest.end, f"through {node.digest.place}")


def _heirs(proven: list[Node]) -> dict[str, list[Node]]:
    heirs: dict[str, list[Node]] = {}
    for node in proven:
        if node.digest.previous:
            heirs.setdefault(f"{node.digest.previous.bucket}/{node.digest.previous.key}", []).append(node)
    return heirs


def _gap_reason(node: Node, places: Places) -> str:
    previous = node.digest.previous
    if previous is None:
        return (
            "a starting digest follows: the trail or its validation was off; what happened meanwhile is not provable here, and logging "
            f"may have begun again as late as {node.digest.end:%Y-%m-%dT%H:%M:%SZ}, where that digest ends"
        )
    older = places.at(previous)
    if not older:
        return f"the digest that should end here is missing: {previous.bucket}/{previous.key}"
    if any(n.proven for n in older):
        return "the digests name one another, but their hours do not meet"
    return "a digest that is not proven stands here"


def _missing(ledger: Ledger, node: Node, nodes: list[Node], places: Places, selection: Selection) -> FileOutcome | None:
    """The outcome for the digest that a proven one names and that is nowhere, if the run is asked about its time."""
    previous = node.digest.previous
    if not node.proven or previous is None or places.at(previous):
        return None
    named = object_keys.parse(previous.key)
    end = named.stamp if named else node.digest.start
    older = [n.digest.end for n in nodes if n.digest.end <= node.digest.start and n.backfill == node.backfill]
    start = max(older, default=None)
    if start is None and (selection.since is None or end <= selection.since):
        return None  # the evidence begins here: what is older may have expired
    if not selection.has_hour(start or selection.since or end, end):
        return None
    if any(seen.fault for seen in ledger.at_place(f"{previous.bucket}/{previous.key}", previous.key)):
        return None  # something stands there that is no digest any more; it has its own outcome
    scope = node.digest.scope
    return FileOutcome(
        "D_MISSING",
        f"{previous.bucket}/{previous.key}",
        "digest",
        f"named by {node.digest.place}",
        account=scope.account,
        region=scope.region,
        trail=scope.trail,
        digest=node.digest.place,
        since=start or selection.since,
        until=max(end, node.digest.start),
    )


def _finding(code: str, scope: Scope, since: datetime | None, until: datetime | None, detail: str) -> Finding:
    return Finding(code, scope.account, scope.region, scope.trail, since, until, detail)
