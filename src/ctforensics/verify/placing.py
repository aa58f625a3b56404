"""Where a digest stands against where it says it belongs, and what that makes of its verdict."""

from __future__ import annotations

from ctforensics.trail import object_keys
from ctforensics.verify.chain import Node, verdict
from ctforensics.verify.ledger import Seen, printable, stands_at
from ctforensics.verify.outcome import STARTS, FileOutcome, class_of, words


def plainly(node: Node) -> str | None:
    """The code of a digest that is plainly in order: proven, once there, at its place, as delivered, and nothing more to be said.

    None for any other: ``outcomes`` says what it is.
    """
    digest, seen = node.digest, node.copies[0]
    if node.copies[1:] or seen.fault or seen.flags or digest.stamp != digest.end or digest.previous is None:
        return None
    if seen.place != digest.key and seen.place != digest.place:
        return None
    code = verdict(node)
    return code if code in ("D_OK", "D_OK_CHAIN") and not why(node) else None


def outcomes(node: Node) -> list[FileOutcome]:
    """The outcome of every copy of one digest: the first is judged whole, further ones as copies."""
    base, detail = verdict(node), why(node)
    first, *others = (
        sorted(node.copies, key=lambda seen: (_distance(seen, node), seen.id)) if node.copies[1:] else node.copies
    )
    found = [_outcome(node, first, *_first(node, first, base, detail))]
    for copy in others:
        found.append(_outcome(node, copy, *_copy(node, copy, base, detail, first)))
    return found


def why(node: Node) -> str:
    """What lies behind the verdict of a digest, for its detail."""
    if node.contradicted_by is not None:
        return f"contradicted by {node.contradicted_by}"
    if node.proven_by is None and node.own in ("no_key", "key_region", "key_mismatch"):
        return f"{words(verdict(node))}: fingerprint {node.digest.fingerprint}, region {node.digest.scope.region}"
    if node.proven_by == "chain" and node.own == "no_key":
        return f"{words('D_OK_CHAIN')}; its own key {node.digest.fingerprint} is not at hand"
    if node.key_window and node.signed_with:
        return f"{words('D_KEY_WINDOW')} ({node.signed_with.valid_from} to {node.signed_with.valid_to})"
    return ""


def _first(node: Node, seen: Seen, base: str, detail: str) -> tuple[str, str]:
    if seen.fault:
        code, _, text = seen.fault.partition(": ")
        return code, text
    oddities = []
    if node.digest.stamp != node.digest.end:
        oddities.append("D_NAME_MISMATCH")
    distance = _distance(seen, node)
    if distance and _is_of_another_scope(seen, node):
        return "D_MISPLACED", f"stands at {seen.place}, where a digest of another trail, account or region belongs"
    if distance:
        oddities.append("D_RELOCATED")
    if seen.flags or node.digest.key.endswith(".gz") != seen.name.endswith(".gz"):
        oddities.append("D_OK_CONTAINER")
    if not oddities:
        return base, detail
    if class_of(base) == "ok":
        texts = [f"{words(code)}: {_said(code, node, seen)}" for code in oddities]
        return oddities[0], "; ".join(texts)
    return base, "; ".join(t for t in (detail, *(f"{words(c)}: {_said(c, node, seen)}" for c in oddities)) if t)


def _copy(node: Node, seen: Seen, base: str, detail: str, first: Seen) -> tuple[str, str]:
    claimed = object_keys.parse(seen.name)
    own = object_keys.parse(node.digest.key)
    if _distance(seen, node) > 1 and claimed and claimed.is_digest and own and _facts(claimed) != _facts(own):
        return "D_MISPLACED", f"a copy of {first.path} under the name of another digest"
    if class_of(base) in ("ok", "anomaly"):
        return "D_RELOCATED", f"a copy of {first.path}"
    return base, detail


def _distance(seen: Seen, node: Node) -> int:
    """0 at its place, 1 where the path ends in its key (another bucket or root), 2 elsewhere."""
    if stands_at(seen.place, node.digest.place, node.digest.key):
        return 0
    return 1 if seen.place.endswith("/" + printable(node.digest.key)) else 2


def _is_of_another_scope(seen: Seen, node: Node) -> bool:
    claimed, scope = object_keys.parse(seen.name), node.digest.scope
    if claimed is None or not claimed.is_digest:
        return False
    return (claimed.account, claimed.region, claimed.trail, claimed.home_region) != (
        scope.account,
        scope.region,
        scope.trail,
        scope.home_region,
    )


def _facts(key: object_keys.ObjectKey) -> tuple[object, ...]:
    return key.account, key.region, key.trail, key.home_region, key.stamp, key.backfill


def _said(code: str, node: Node, seen: Seen) -> str:
    if code == "D_RELOCATED":
        return seen.place
    if code == "D_NAME_MISMATCH":
        return f"{node.digest.stamp} against {node.digest.end}"
    return ", ".join(seen.flags) or "stored without compression"


def _outcome(node: Node, seen: Seen, code: str, detail: str) -> FileOutcome:
    digest = node.digest
    if digest.previous is None and class_of(code) in ("ok", "anomaly"):
        detail = f"{detail or words(code)}; {STARTS}"
    return FileOutcome(
        code,
        digest.place,
        "digest",
        detail,
        root=seen.root,
        path=seen.path,
        content_sha256=digest.sha256,
        account=digest.scope.account,
        region=digest.scope.region,
        trail=digest.scope.trail,
        since=digest.start,
        until=digest.end,
    )
