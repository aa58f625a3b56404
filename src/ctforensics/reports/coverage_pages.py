"""Coverage in a report: which hours of which account and region are proven, and where nothing can be said."""

from __future__ import annotations

from typing import Any

from ctforensics import clock
from ctforensics.ask.searched import searched
from ctforensics.reports import pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held, Rows
from ctforensics.reports.integrity import STATES
from ctforensics.reports.pieces import Piece, Pieces
from ctforensics.show import scale
from ctforensics.show.charts import LABEL
from ctforensics.show.charts import PATTERNS as FILLS
from ctforensics.show.lanes import STATE_WORDS

_RUNS = """WITH hours AS (
  SELECT account, region, hour, state FROM coverage
  QUALIFY row_number() OVER (PARTITION BY account, region, hour
    ORDER BY list_position(['tampered', 'missing', 'unverified', 'verified', 'verified_empty', 'outside'], state)) = 1),
runs AS (SELECT *, hour - to_hours(row_number() OVER (PARTITION BY account, region, state ORDER BY hour)) AS run FROM hours)
SELECT account, region, state, min(hour) AS since, max(hour) + INTERVAL 1 HOUR AS until, count(*) AS hours
FROM runs GROUP BY account, region, state, run ORDER BY account, region, since"""
_GAPS = """WITH runs AS (
  SELECT *, hour - to_hours(row_number() OVER (PARTITION BY account, region, trail, state, reason ORDER BY hour)) AS run
  FROM coverage WHERE state IN ('tampered', 'missing', 'unverified'))
SELECT state, account, region, trail, min(hour) AS since, max(hour) + INTERVAL 1 HOUR AS until, count(*) AS hours, reason
FROM runs GROUP BY state, account, region, trail, reason, run
ORDER BY list_position(['tampered', 'missing', 'unverified'], state), since, account, region, trail"""
_CHANGES = """SELECT event_time, account, region, trail, change, outcome, verification, event_key FROM trail_changes
ORDER BY event_time, account, region, trail, event_key"""
_WINDOW = """SELECT state, count(*) AS hours FROM coverage
WHERE hour + INTERVAL 1 HOUR > $since::TIMESTAMP AND hour < $until::TIMESTAMP
  AND (len($accounts::VARCHAR[]) = 0 OR list_contains($accounts::VARCHAR[], account))
  AND (len($regions::VARCHAR[]) = 0 OR list_contains($regions::VARCHAR[], region))
GROUP BY state ORDER BY list_position(['tampered', 'missing', 'unverified', 'verified', 'verified_empty', 'outside'], state)"""
_KINDS = """SELECT count(*) FILTER (event_class = 'data') AS data, count(*) FILTER (event_class = 'network') AS network,
  count(*) FILTER (event_class = 'insight') AS insights,
  count(*) FILTER (event_class = 'data' AND event_source = 's3.amazonaws.com') AS s3_objects FROM events"""
MOST_LANES = 24


def section(held: Held) -> Pieces:
    """The section “Coverage”: the chart, the hours by state, each gap, changes of trails, what could not have been logged."""
    states = held.rows("Hours by state of coverage", STATES)
    if not states.rows:
        return Pieces(
            [pieces.callout("unknown", "Coverage is not known: the evidence was not verified."), *limits(held)]
        )
    made: list[Piece] = [
        chart(held),
        held.table(states, "Hours by state (each hour of each account, region and trail)"),
    ]
    gaps = held.rows("Gaps", _GAPS)
    if gaps.rows:
        made.append(
            held.table(
                gaps, "Hours in which something may have happened that is not seen here, by place and reason", limit=80
            )
        )
    else:
        made.append(pieces.callout("ok", f"No hour is missing, unproven or tampered with. {statement(held)}"))
    changes = held.rows("Changes of trails", _CHANGES)
    if changes.rows:
        told = "When trails were stopped, started or changed, as the records say"
        made.append(held.table(changes, told, limit=60, detail=["event_key"]))
    return Pieces([*made, *limits(held)])


def limits(held: Held) -> list[Piece]:
    """What these trails could not have logged, or did not log, so that silence about it means nothing."""
    data, network, insights, objects = held.rows("Events by kind", _KINDS).rows[0]
    said = []
    if not data:
        said.append(
            "There is no data event here: reading or writing S3 objects, invoking functions or reading tables leaves no trace in this evidence."
        )
    elif not objects:
        said.append("There are data events, but none of S3 objects: reading objects leaves no trace in this evidence.")
    else:
        of_objects = "all of S3 objects" if objects == data else f"{objects:,} of them of S3 objects"
        here = f"{counted(data, 'data event')} {'is' if data == 1 else 'are'} here, {of_objects}"
        said.append(f"{here}; trails log them only for the resources that were chosen.")
    if not network:
        said.append(
            "There is no network activity event: calls through VPC endpoints that were refused there are not seen."
        )
    if not insights:
        said.append("There is no Insights event; nothing follows from that.")
    said.append("CloudTrail does not record what happens inside a machine, a database session or a downloaded copy.")
    return [pieces.text("What this evidence could not show:"), pieces.bullets(said)]


def statement(held: Held) -> str:
    """The coverage beside a claim of absence: what makes the claim less than complete, then the hours by state."""
    scope = held.scope
    if scope:
        states = dict(held.rows("Hours of the window by state of coverage", _WINDOW, **held.window).rows)
    else:
        states = dict(held.rows("Hours by state of coverage", STATES).rows)
    cautions = _cautions(held)
    if not states:
        return " ".join([*cautions, "Coverage is not known: the evidence of this time was not verified."])
    about = "the window asked for" if scope else "the whole case"
    told = ", ".join(f"{hours:,} {_beside(state)}" for state, hours in states.items())
    return " ".join([*cautions, f"Coverage of {about}, in hours of each account, region and trail: {told}."])


def _beside(state: str) -> str:
    """The words of a state where several stand in one sentence."""
    return STATE_WORDS[state].replace(", ", " and ")


def _cautions(held: Held) -> list[str]:
    """What an answer over the report's window, accounts and regions cannot know: hours beyond the evidence first of all."""
    bound: dict[str, Any] = {name: list(held.scope.get(name) or []) for name in ("accounts", "regions")}
    bound |= {
        name: clock.parse_instant(str(held.scope[name])) for name in ("since", "until") if _finite(held.scope.get(name))
    }
    return searched(held.case.room, None, bound).cautions()


def _finite(instant: Any) -> bool:
    return bool(instant) and "infinity" not in str(instant)


def chart(held: Held) -> Piece:
    """Lanes of account and region over time, each span in the pattern of its state."""
    found = held.rows("Coverage as spans", _RUNS)
    lanes = list(dict.fromkeys(_lane(row) for row in found.dicts()))
    kept = set(lanes[:MOST_LANES])
    values = [_span(row) for row in found.dicts() if _lane(row) in kept]
    words = [STATE_WORDS[s] for s in FILLS if any(v["state"] == STATE_WORDS[s] for v in values)]
    lo, hi = min(v["t0"] for v in values), max(v["t1"] for v in values)
    spec = _spec(values, words, lo, hi, len(kept))
    more = f" {len(lanes) - MOST_LANES} further lanes stand in the table." if len(lanes) > MOST_LANES else ""
    caption = f"Coverage by account and region, each hour in its worst state, UTC.{more}".rstrip(".")
    return pieces.chart(spec, caption=caption, alt=_alt(found, lo, hi), equivalent=_equivalent(held, found))


def _lane(row: dict[str, Any]) -> str:
    return " · ".join(part for part in (row["account"], row["region"]) if part) or "everywhere"


def _span(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "lane": _lane(row),
        "state": STATE_WORDS[row["state"]],
        "t0": scale.to_ms(row["since"]),
        "t1": scale.to_ms(row["until"]),
    }


def _spec(values: list[dict[str, Any]], words: list[str], lo: int, hi: int, lanes: int) -> dict[str, Any]:
    fills = {STATE_WORDS[state]: fill for state, fill in FILLS.items()}
    axis = {"title": scale.days(lo, hi), "labelExpr": LABEL, "labelOverlap": True, "tickCount": 8, "grid": False}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 640,
        "height": max(40, 20 * lanes),
        "params": [{"name": "lo", "value": lo}, {"name": "hi", "value": hi}],
        "data": {"values": values},
        "mark": {"type": "rect", "stroke": "#767676", "strokeWidth": 0.3},
        "encoding": {
            "x": {
                "field": "t0",
                "type": "temporal",
                "scale": {"type": "utc", "domain": [{"expr": "lo"}, {"expr": "hi"}], "nice": False},
                "axis": axis,
            },
            "x2": {"field": "t1"},
            "y": {
                "field": "lane",
                "type": "nominal",
                "sort": None,
                "axis": {"title": None, "labelLimit": 260, "ticks": False, "labelPadding": 6},
            },
            "fill": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": words, "range": [fills[w] for w in words]},
                "legend": {
                    "title": None,
                    "orient": "top",
                    "symbolType": "square",
                    "symbolSize": 130,
                    "columnPadding": 26,
                },
            },
            "tooltip": [{"field": "lane"}, {"field": "state"}],
        },
        "config": {"background": None, "font": "sans-serif", "view": {"stroke": "#9aa3ad"}},
    }


def _alt(found: Rows, lo: int, hi: int) -> str:
    hours: dict[str, int] = {}
    for row in found.dicts():
        hours[row["state"]] = hours.get(row["state"], 0) + int(row["hours"])
    told = ", ".join(f"{n:,} h {_beside(state)}" for state, n in sorted(hours.items(), key=lambda item: -item[1]))
    return f"Hours over all lanes: {told}."


def _equivalent(held: Held, found: Rows) -> Piece:
    return held.table(found, "Coverage as spans", limit=150)
