"""Coverage and findings as spans of time: what the log holds, what it lacks, and where its integrity fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from ctforensics.show import scale
from ctforensics.show.access import records, rows
from ctforensics.trail.tables import COVERAGE_STATES

# What the reader sees for each state; missing and outside hold no log, or not all of them, so silence there says nothing.
STATE_WORDS = {
    "tampered": "tampered",
    "missing": "missing",
    "unverified": "unverified",
    "verified": "verified",
    "verified_empty": "verified, nothing delivered",
    "outside": "not expected",
}
NO_LOG = ("missing", "outside")
_RANK = "list_position(['tampered','missing','unverified','verified','verified_empty','outside'], state)"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in one state; ``lane`` is ``account · region`` or empty for the worst of all lanes."""

    lo: int
    hi: int
    state: str
    lane: str = ""


def worst(cursor: duckdb.DuckDBPyConnection) -> list[Span]:
    """The collapsed lane: for each hour the worst state of any account and region, joined into spans."""
    sql = f"""WITH hours AS (SELECT hour, min({_RANK}) AS rank FROM coverage GROUP BY hour),
      runs AS (SELECT hour, rank, hour - to_hours(row_number() OVER (PARTITION BY rank ORDER BY hour)) AS run FROM hours)
    SELECT epoch_ms(min(hour)), epoch_ms(max(hour)) + {scale.HOUR}, rank FROM runs GROUP BY rank, run ORDER BY 1"""
    return [Span(lo, hi, COVERAGE_STATES[rank - 1]) for lo, hi, rank in rows(cursor, sql)]


def every(cursor: duckdb.DuckDBPyConnection, most: int = 40) -> tuple[list[Span], int]:
    """One lane for each account and region, the worst lanes first; and how many lanes are left out beyond ``most``."""
    sql = f"""WITH hours AS (SELECT account, region, hour, min({_RANK}) AS rank FROM coverage GROUP BY ALL),
      runs AS (SELECT *, hour - to_hours(row_number() OVER (PARTITION BY account, region, rank ORDER BY hour)) AS run FROM hours),
      lanes AS (SELECT account, region, row_number() OVER (ORDER BY count(*) FILTER (WHERE rank <= 3) DESC, account, region) AS no
                FROM hours GROUP BY account, region)
    SELECT epoch_ms(min(hour)), epoch_ms(max(hour)) + {scale.HOUR}, rank, concat_ws(' · ', account, region), no
    FROM runs JOIN lanes USING (account, region) GROUP BY account, region, no, rank, run ORDER BY no, 1"""
    found = rows(cursor, sql)
    kept = [Span(lo, hi, COVERAGE_STATES[rank - 1], lane) for lo, hi, rank, lane, no in found if no <= most]
    return kept, max([no for *_, no in found], default=0) - min(most, max([no for *_, no in found], default=0))


def shares(spans: list[Span], lo: int, hi: int) -> dict[str, int]:
    """Milliseconds of [lo, hi) in each state; time that no span covers counts as ``outside``."""
    held: dict[str, int] = {}
    for span in spans:
        cut = min(span.hi, hi) - max(span.lo, lo)
        if cut > 0:
            held[span.state] = held.get(span.state, 0) + cut
    rest = hi - lo - sum(held.values())
    if rest > 0:
        held["outside"] = held.get("outside", 0) + rest
    return held


def cut(spans: list[Span], lo: int, hi: int) -> list[Span]:
    """The spans inside [lo, hi), cut at its ends."""
    return [Span(max(s.lo, lo), min(s.hi, hi), s.state, s.lane) for s in spans if s.hi > lo and s.lo < hi]


def statement(spans: list[Span], lo: int, hi: int) -> str:
    """What a range can say: its missing, tampered and unverified time, or that nothing is known about it."""
    if not spans:
        return "coverage unknown: the case has no coverage table rows"
    held = shares(spans, lo, hi)
    if sum(held.get(s, 0) for s in NO_LOG) >= hi - lo:
        return "no log coverage in this range that is whole: silence says nothing"
    parts = [
        f"{hours(held[s])} {STATE_WORDS[s]}" for s in ("missing", "tampered", "unverified", "outside") if s in held
    ]
    return ", ".join(parts) if parts else "fully covered and verified"


def hours(ms: int) -> str:
    """A duration in hours, or in minutes and seconds where it is short: ``30.0 h``."""
    if ms >= scale.HOUR:
        return f"{ms / scale.HOUR:,.1f} h"
    return f"{ms / scale.MINUTE:.0f} min" if ms >= scale.MINUTE else f"{ms / 1000:.0f} s"


def gaps(spans: list[Span], lo: int, hi: int) -> list[Span]:
    """Stretches of [lo, hi) that are missing, tampered or unverified, for the list of gaps and for jumping."""
    return [s for s in cut(spans, lo, hi) if s.state in ("tampered", "missing", "unverified")]


def findings(cursor: duckdb.DuckDBPyConnection, most: int = 500) -> list[dict[str, Any]]:
    """Findings that have a place in time, the worst first: code, class, lane, from and to in milliseconds, detail."""
    sql = f"""SELECT code, class, concat_ws(' · ', account, region) AS lane, epoch_ms(since) AS lo, epoch_ms(coalesce("until", since)) AS hi,
      detail, subject FROM findings WHERE since IS NOT NULL
    ORDER BY list_position(['fail','unknown','anomaly'], class), since LIMIT {most}"""
    return sorted(records(cursor, sql), key=lambda f: f["lo"])
