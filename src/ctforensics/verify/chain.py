"""Which digests of one trail are proven: by their own signature, or by a newer digest that is proven.

Chains run from newest to oldest, and one proven digest proves its whole past through the hash of the one before. Source of
the rules: CloudTrail user guide, "Validating CloudTrail log file integrity"; pure functions on what the ledger holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from ctforensics import clock
from ctforensics.errors import ForensicsError
from ctforensics.trail import signature
from ctforensics.verify.digests import Digest, Previous
from ctforensics.verify.keys import KeyStore, PublicKey
from ctforensics.verify.ledger import Seen, Signature

SIGNED_LATER = timedelta(hours=2)
"""A digest is signed after its hour: a key that becomes valid this much later is in order."""
ALGORITHM = "SHA256withRSA"


@dataclass(slots=True)
class Node:
    """One distinct digest content and what is known about it. ``own`` is what its own signature came to.

    All nodes of a chain are in memory together, so each is kept small.
    """

    digest: Digest
    copies: tuple[Seen, ...] = ()
    own: str = "none"
    keys: Sequence[PublicKey] = ()
    signed_with: PublicKey | None = None
    proven_by: str | None = None
    contradicted: bool = False
    key_window: bool = False
    successors: tuple[Node, ...] = field(default=(), repr=False)

    @property
    def proven(self) -> bool:
        """Whether this content is what CloudTrail delivered."""
        return self.proven_by is not None and not self.contradicted and self.digest.supported

    @property
    def backfill(self) -> bool:
        return self.digest.scope.backfill


class Places:
    """Nodes by the place that they claim: bucket and key."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[Node, ...]] = {}

    def add(self, node: Node) -> None:
        key = node.digest.key
        self._keys[key] = (*self._keys.get(key, ()), node)

    def at(self, previous: Previous) -> list[Node]:
        """The nodes that claim the place that a link names."""
        return [node for node in self._keys.get(previous.key, ()) if node.digest.bucket == previous.bucket]


class Papers(Protocol):
    """What is looked up when it is needed: it is large, and there is much of it."""

    def proposals(self, node: Node) -> Sequence[Signature]:
        """Signatures that object metadata proposes for a digest."""

    def text(self, node: Node) -> bytes:
        """The bytes that its signature covers."""

    def carried(self, node: Node) -> str:
        """The signature that it carries of the digest before it."""


def prove(nodes: Iterable[Node], keys: KeyStore, papers: Papers) -> Places:
    """Decides every node of one trail; returns them by claimed place."""
    ordered = sorted(nodes, key=lambda n: (n.digest.end, n.digest.start, n.digest.sha256), reverse=True)
    places = Places()
    for node in ordered:
        places.add(node)
    for node in ordered:
        for older in before(node, places):
            older.successors = (*older.successors, node)
    for node in ordered:  # newest first: whoever could vouch for a node is decided before it
        text = papers.text(node)
        _judge_own(node, keys, papers.proposals(node), text)
        _ask_successors(node, papers, text)
    return places


def before(node: Node, places: Places) -> list[Node]:
    """The digests that stand where the node says its predecessor is, if they are older than it."""
    previous = node.digest.previous
    if previous is None:
        return []
    return [n for n in places.at(previous) if n is not node and is_older(n, node)]


def is_older(one: Node, other: Node) -> bool:
    """Whether one digest ends before the other (a link to a digest that does not is never followed)."""
    return one.digest.end < other.digest.end or (one.backfill and one.digest.end == other.digest.end)


def _judge_own(node: Node, keys: KeyStore, proposals: Sequence[Signature], text: bytes) -> None:
    node.own = _key_state(node, keys)
    offered = [p for p in proposals if p.algorithm in ("", ALGORITHM)]
    if node.own in ("no_key", "key_mismatch"):
        has_any = proposals or any(s.digest.previous for s in node.successors)
        node.own = node.own if has_any or node.own == "key_mismatch" else "none"
        return
    for proposal in offered:
        key = _signed_with(node, proposal.signature, text)
        if key is not None:
            foreign = node.own == "key_region"
            node.signed_with = key
            node.own = "key_region" if foreign else "ok"
            node.proven_by = None if foreign else "own"
            node.key_window = not _in_time(key, node, proposal.generated)
            return
    if offered:
        node.own = "bad"
    elif proposals:
        node.own = "unsupported"
    else:
        node.own = "none"


def _key_state(node: Node, keys: KeyStore) -> str:
    node.keys, state = keys.usable(node.digest.fingerprint, node.digest.scope.region)
    return state


def _signed_with(node: Node, signature_hex: str, text: bytes) -> PublicKey | None:
    for key in node.keys:
        try:
            if signature.verify(key.der, text, signature_hex):
                return key
        except ValueError:
            continue  # what is no RSA key cannot have signed anything
    return None


def _in_time(key: PublicKey, node: Node, generated: str | None) -> bool:
    signed = node.digest.end
    if node.backfill and generated:
        try:
            signed = clock.parse_instant(generated)
        except ForensicsError:
            return False
    late_enough = key.valid_from is None or key.valid_from <= signed + SIGNED_LATER
    return late_enough and (key.valid_to is None or signed <= key.valid_to)


def _ask_successors(node: Node, papers: Papers, text: bytes) -> None:
    """A newer digest carries this one's signature (good whoever carries it) and hash (good if that digest is proven)."""
    if node.proven_by is None and node.own in ("none", "bad", "unsupported"):
        for newer in node.successors:
            key = _signed_with(node, papers.carried(newer), text)
            if key is not None:
                node.proven_by, node.signed_with = "chain", key
                break
    for newer in node.successors:
        link = newer.digest.previous
        if not newer.proven or link is None or not link.supported:
            continue
        if link.sha256 != node.digest.sha256:
            node.contradicted = True
        elif node.proven_by is None:
            node.proven_by = "chain"


def verdict(node: Node) -> str:
    """The code for the content of a digest, before its place, name and container are looked at."""
    if not node.digest.supported:
        return "D_UNSUPPORTED_ALGO"
    if node.contradicted:
        return "D_BAD_SIGNATURE" if node.own == "bad" else "D_LINK_MISMATCH"
    if node.proven_by == "own":
        return "D_KEY_WINDOW" if node.key_window else "D_OK"
    if node.proven_by == "chain":
        return "D_OK_META_SIG" if node.own in ("bad", "unsupported") else "D_OK_CHAIN"
    return _UNPROVEN[node.own]


_UNPROVEN = {
    "none": "D_NO_SIGNATURE",
    "bad": "D_BAD_SIGNATURE",
    "no_key": "D_NO_KEY",
    "key_region": "D_KEY_REGION",
    "key_mismatch": "D_KEY_MISMATCH",
    "unsupported": "D_UNSUPPORTED_ALGO",
}


def cycles(nodes: Iterable[Node], places: Places) -> list[Node]:
    """One node of every circle of links."""
    state: dict[int, int] = {}
    found = []
    for first in nodes:
        path: list[Node] = []
        node: Node | None = first
        while node is not None and id(node) not in state:
            state[id(node)] = 1
            path.append(node)
            previous = node.digest.previous
            older = places.at(previous) if previous else []
            # Of several contents at one place the one that the link means, else the first.
            node = next(
                (n for n in older if previous and n.digest.sha256 == previous.sha256), older[0] if older else None
            )
        if node is not None and state[id(node)] == 1:
            found.append(node)
        for visited in path:
            state[id(visited)] = 2
    return found
