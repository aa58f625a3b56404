"""Which digests of one trail are proven: by their own signature, or by a newer digest that is proven.

Chains run from newest to oldest, and one proven digest proves its whole past through the hash of the one before. Source of
the rules: CloudTrail user guide, "Validating CloudTrail log file integrity". The rules look at one digest at a time, with those that
name it, so that a chain of a million costs no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from ctforensics import clock
from ctforensics.errors import ForensicsError
from ctforensics.trail import signature
from ctforensics.verify.digests import Digest
from ctforensics.verify.keys import KeyStore, PublicKey
from ctforensics.verify.ledger import Seen, Signature

SIGNED_LATER = timedelta(hours=2)
"""A digest is signed after its hour: a key that becomes valid this much later is in order."""
ALGORITHM = "SHA256withRSA"
MOST_CARRIED = 64
"""So many carried signatures of each sort are tried for a digest: whoever forges thousands could make it last for hours."""


@dataclass(slots=True)
class Node:
    """One distinct digest content, its copies, and what is known about it.

    ``end`` is its end as text, ``turn`` orders outcomes by what digests are about, ``text`` is what the signature covers and ``own`` what
    that came to, ``named`` how many files name its place as that of the one before them, ``contradicted_by`` the place of a proven digest that speaks against it.
    """

    digest: Digest
    copies: list[Seen]
    end: str
    turn: str
    text: bytes
    named: int
    own: str = "none"
    keys: Sequence[PublicKey] = ()
    signed_with: PublicKey | None = None
    proven_by: str | None = None
    contradicted_by: str | None = None
    key_window: bool = False

    @property
    def proven(self) -> bool:
        """Whether this content is what CloudTrail delivered."""
        return self.proven_by is not None and self.contradicted_by is None and self.digest.supported

    @property
    def backfill(self) -> bool:
        return self.digest.scope.backfill


@dataclass(frozen=True, slots=True)
class Newer:
    """A newer digest that names this place as that of the one before it: its own place, and what it says about that one."""

    place: str
    proven: bool
    sha256: str
    signature: str
    supported: bool


class Papers(Protocol):
    """What is looked up when it is needed: it is large, and there is much of it."""

    def proposals(self, node: Node) -> Sequence[Signature]:
        """Signatures that object metadata proposes for a digest."""

    def newer(self, node: Node) -> Iterator[Newer]:
        """The newer digests that name a digest's place, newest first."""


def prove(node: Node, keys: KeyStore, papers: Papers) -> None:
    """Decides one digest. Whoever could vouch for it must be decided before: newest first."""
    _judge_own(node, keys, papers)
    _ask_newer(node, papers)


def _judge_own(node: Node, keys: KeyStore, papers: Papers) -> None:
    node.keys, node.own = keys.usable(node.digest.fingerprint, node.digest.scope.region)
    proposals = papers.proposals(node)
    offered = [p for p in proposals if p.algorithm in ("", ALGORITHM)]
    if node.own in ("no_key", "key_mismatch"):
        has_any = proposals or node.own == "key_mismatch" or any(True for _ in papers.newer(node))
        node.own = node.own if has_any else "none"
        return
    for proposal in offered:
        key = _signed_with(node, proposal.signature)
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


def _signed_with(node: Node, signature_hex: str) -> PublicKey | None:
    for key in node.keys:
        try:
            if signature.verify(key.der, node.text, signature_hex):
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


def _ask_newer(node: Node, papers: Papers) -> None:
    """A newer digest carries this one's signature (good whoever carries it) and hash (good if that digest is proven)."""
    if node.proven_by is None and node.own in ("none", "bad", "unsupported"):
        for newer in _carriers(node, papers):
            key = _signed_with(node, newer.signature)
            if key is not None:
                _take_carried(node, key)
                break
    witness = None
    for newer in papers.newer(node):
        if not newer.proven:
            continue
        witness = witness or newer.place
        if newer.supported and newer.sha256 != node.digest.sha256:
            node.contradicted_by = witness
        elif newer.supported and node.proven_by != "own":  # the hash alone proves it, whatever signed it
            node.proven_by, node.key_window = "chain", False


def _take_carried(node: Node, key: PublicKey) -> None:
    """A carried signature is worth what the digest's own would be: nothing by a key of another region, less by one out of its time."""
    if key.region not in (None, node.digest.scope.region):
        node.own = "key_region" if node.own == "none" else node.own
        return
    node.proven_by, node.signed_with = "chain", key
    node.key_window = not node.backfill and not _in_time(
        key, node, None
    )  # when a backfill was signed is not known here


def _carriers(node: Node, papers: Papers) -> Iterator[Newer]:
    """The newer digests whose carried signature is tried: some that name this very content by its hash, and some that do not."""
    tried = {True: 0, False: 0}
    for newer in papers.newer(node):
        means = newer.sha256 == node.digest.sha256
        tried[means] += 1
        if tried[means] <= MOST_CARRIED:
            yield newer


def verdict(node: Node) -> str:
    """The code for the content of a digest, before its place, name and container are looked at."""
    if not node.digest.supported:
        return "D_UNSUPPORTED_ALGO"
    if node.contradicted_by is not None:
        return "D_BAD_SIGNATURE" if node.own == "bad" else "D_LINK_MISMATCH"
    if node.proven_by == "own":
        return "D_KEY_WINDOW" if node.key_window else "D_OK"
    if node.proven_by == "chain":
        if node.own in ("bad", "unsupported"):
            return "D_OK_META_SIG"
        return "D_KEY_WINDOW" if node.key_window else "D_OK_CHAIN"
    return _UNPROVEN[node.own]


_UNPROVEN = {
    "none": "D_NO_SIGNATURE",
    "bad": "D_BAD_SIGNATURE",
    "no_key": "D_NO_KEY",
    "key_region": "D_KEY_REGION",
    "key_mismatch": "D_KEY_MISMATCH",
    "unsupported": "D_UNSUPPORTED_ALGO",
}


def cycles(starts: Iterable[int], before: Callable[[int], int | None], most: int) -> Iterator[int]:
    """One digest of every circle of links. Digests are numbers up to ``most``; ``before`` says where the link of one leads."""
    state = bytearray(most + 1)  # 1: on the way that is being walked, 2: walked before
    for first in starts:
        number: int | None = first
        while number is not None and not state[number]:
            state[number] = 1
            number = before(number)
        if number is not None and state[number] == 1:
            yield number
        number = first
        while number is not None and state[number] == 1:
            state[number] = 2
            number = before(number)
