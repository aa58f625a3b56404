"""Rows for the charts: bars with their bases computed, baseline ticks for covered silence, hatching where no log is.

A bucket without events inside a covered period is a tick on the baseline; inside a gap it is a pattern and no number. A bucket
that a gap or the edge of the range cuts is marked with how much of it is covered.
"""

from __future__ import annotations

from typing import Any

from ctforensics.show import lanes, scale
from ctforensics.show.lanes import NO_LOG, Span
from ctforensics.show.where import KINDS

Row = dict[str, Any]


def bar_rows(counted: list[tuple[int, int, int]], names: list[str], lo: int, hi: int, step: int) -> list[Row]:
    """Stacked rectangles: from, to, series, base and top of the stack, count. Series 0 stands at the base."""
    tops: dict[int, int] = {}
    out = []
    for at, series, n in counted:
        base = tops.get(at, 0)
        tops[at] = base + n
        out.append(
            {"t0": max(at, lo), "t1": min(at + step, hi), "kind": names[series], "y0": base, "y1": base + n, "n": n}
        )
    return out


def bucket_rows(
    counted: list[tuple[int, int, int]], spans: list[Span], lo: int, hi: int, step: int
) -> tuple[list[Row], list[Row]]:
    """Baseline ticks of covered, silent buckets; and notes on buckets that are only partly covered or cut by the range."""
    totals: dict[int, int] = {}
    for at, _, n in counted:
        totals[at] = totals.get(at, 0) + n
    silent, partial = [], []
    for t0, t1 in scale.buckets(lo, hi, step):
        at = t0 // step * step
        share = _covered(spans, t0, t1) / step
        if not totals.get(at) and share > 0:
            silent.append({"t0": t0, "t1": t1})
        elif totals.get(at) and share < 0.995:
            partial.append({"t0": t0, "t1": t1, "y": totals[at], "share": round(share, 3), "word": _cut(share)})
    return silent, partial


def _cut(share: float) -> str:
    """What a bar of which only so much is covered says of itself."""
    if share <= 0:
        return "no whole log of this time"
    told = f"{round(share * 100)} %" if share >= 0.01 else "under 1 %"
    return f"log and range cover {told} of this bar"


def _covered(spans: list[Span], lo: int, hi: int) -> int:
    """Milliseconds of [lo, hi) with a log; a case without coverage rows says nothing, so nothing is held against it."""
    if not spans:
        return hi - lo
    held = lanes.shares(spans, lo, hi)
    return hi - lo - sum(held.get(state, 0) for state in NO_LOG)


def gap_rows(spans: list[Span], lo: int, hi: int) -> list[Row]:
    """Coverage of [lo, hi) as rectangles, unexpected time included."""
    out = []
    at = lo
    for span in sorted(lanes.cut(spans, lo, hi), key=lambda s: s.lo):
        if span.lo > at and spans:
            out.append(_gap(Span(at, span.lo, "outside", span.lane)))
        out.append(_gap(span))
        at = max(at, span.hi)
    if at < hi and spans:
        out.append(_gap(Span(at, hi, "outside")))
    return out


def _gap(span: Span) -> Row:
    return {
        "t0": span.lo,
        "t1": span.hi,
        "state": span.state,
        "word": lanes.STATE_WORDS[span.state],
        "lane": span.lane,
    }


def hatching(spans: list[Span], lo: int, hi: int) -> list[Row]:
    """Only what stands behind the bars: missing, unexpected, tampered and unverified time."""
    return [r for r in gap_rows(spans, lo, hi) if r["state"] not in ("verified", "verified_empty")]


def kind_names() -> list[str]:
    """Series of the usual stack, base first: error, write, read."""
    return list(KINDS)
