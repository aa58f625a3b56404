"""What an acquisition says when it has ended, as lines of text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ctforensics.acquire import price
from ctforensics.acquire.ledger import Ledger
from ctforensics.acquire.plan import Plan
from ctforensics.acquire.restore import WAIT
from ctforensics.acquire.run import Acquired

SHOWN = 10
SKEW = 30  # seconds between this clock and AWS's that are worth a word


def lines(result: Acquired) -> Iterator[str]:
    """The account of an acquisition: the ledger first, then what is not here and why, then what to write down."""
    yield from ledger_lines(result.plan.ledger)
    yield from gaps(result.plan)
    yield from _beside(result)
    for word, count in sorted(result.restored.items()):
        yield f"Restore: {count:,} {word}. Run the same command later to pick them up."
    if result.wanted_file:
        yield f"What is not here, to ask for later: {result.wanted_file}"
    if result.clock_offset is not None and abs(result.clock_offset) > SKEW:
        yield f"This machine's clock differs from AWS's by {-result.clock_offset:+,.0f} seconds; custody notes it."
    yield f"Custody head, to write down or mail: {result.head}"


def ledger_lines(ledger: Ledger) -> Iterator[str]:
    """The equation and the reasons."""
    yield ledger.sentence()
    for (outcome, reason), count in sorted(ledger.reasons.items()):
        yield f"  {count:,} {outcome}: {reason}"


def gaps(plan: Plan) -> Iterator[str]:
    """What could not be planned."""
    for prefix, reason in plan.refused:
        yield f"  not listed: s3://{plan.scope.bucket}/{prefix}: {reason}"
    for name in plan.branches.absent:
        yield f"  asked for and not in the bucket: {name}"
    if plan.ledger.planned == 0:
        yield "  nothing was planned: no object in this scope"


def _beside(result: Acquired) -> Iterator[str]:
    beside = result.beside
    for bucket, found in beside.versions.items():
        yield (
            f"Versions in {bucket}: {found.entries:,} listed, {found.deleted:,} deleted objects, "
            f"{found.older:,} older versions."
        )
        yield from (f"  {example}" for example in found.examples[:SHOWN])
        yield from (f"  not listed: {prefix}: {reason}" for prefix, reason in found.refused)
    if beside.history:
        total = sum(beside.history.events.values())
        yield f"Event history: {total:,} events of {len(beside.history.events)} regions."
        yield from (f"  stopped in {region}: {reason}" for region, reason in beside.history.stopped)
    weak = [control for control in beside.health if control.state == "weak"]
    if beside.health:
        unknown = sum(control.state == "unknown" for control in beside.health)
        yield f"Trail health: {len(weak)} of {len(beside.health)} controls weak, {unknown} unknown: {beside.health_file}"
        yield from (f"  {c.name} of {c.subject}: {c.seen}. {c.why}" for c in weak if c.urgency == 0)
    if beside.answers:
        yield from _answers(beside.answers, beside.keys)


def _answers(answers: dict[str, Any], keys: dict[str, int]) -> Iterator[str]:
    missing = answers["not_obtained"]
    yield f"Public keys: {sum(keys.values()):,} of {len(keys):,} regions."
    yield f"Configuration: {answers['asked']:,} questions, {len(missing):,} not obtained."
    counted = Counter((entry["question"], entry["code"]) for entry in missing)
    for (question, code), count in sorted(counted.items()):
        yield f"  not obtained: {question} ({code}){f', {count} times' if count > 1 else ''}"


def as_json(result: Acquired) -> dict[str, Any]:
    """The same for a script."""
    beside = result.beside
    return {
        "schema": 1,
        "ledger": result.plan.ledger.as_json(),
        "stopped": result.stop.reason if result.stop else None,
        "custody_head": result.head,
        "wanted": str(result.wanted_file) if result.wanted_file else None,
        "restore": result.restored,
        "answers": beside.answers,
        "public_keys": beside.keys,
        "event_history": beside.history.events if beside.history else None,
        "versions": {
            name: {"entries": v.entries, "deleted": v.deleted, "older": v.older, "examples": v.examples}
            for name, v in beside.versions.items()
        },
        "health": [{"name": c.name, "subject": c.subject, "state": c.state, "seen": c.seen} for c in beside.health],
        **plan_json(result.plan),
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan for a script."""
    cost = price.estimate(plan.classes, plan.class_bytes, plan.list_calls)
    return {
        "objects": plan.ledger.planned,
        "bytes": plan.ledger.planned_bytes,
        "storage_classes": dict(plan.classes),
        "kinds": dict(plan.kinds),
        "branches": [branch.prefix for branch in plan.branches.found],
        "left_out": [{"prefix": prefix, "reason": why} for prefix, why in plan.branches.left_out],
        "not_listed": [{"prefix": prefix, "reason": why} for prefix, why in plan.refused],
        "absent": plan.branches.absent,
        "estimate": {
            "requests_usd": round(cost.requests, 4),
            "retrieval_usd": round(cost.retrieval, 4),
            "egress_usd": round(cost.egress, 4),
            "seconds": round(cost.seconds),
            "restore_usd": {f"{name} {tier}": round(usd, 4) for (name, tier), usd in cost.restore.items()},
        },
    }


def estimate_lines(plan: Plan) -> Iterator[str]:
    """Time and money of a plan."""
    cost = price.estimate(plan.classes, plan.class_bytes, plan.list_calls)
    yield (
        f"About {cost.seconds / 60:,.0f} minutes; list prices: requests ${cost.requests:,.2f}, "
        f"retrieval ${cost.retrieval:,.2f}, egress ${cost.egress:,.2f} (none inside the bucket's region)."
    )
    for (name, tier), usd in cost.restore.items():
        yield f"  --restore {tier}: {plan.classes[name]:,} objects in {name} for ${usd:,.2f}, {WAIT[name, tier]}"
