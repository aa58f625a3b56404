"""Swimlanes: one lane for each credential, a bar from its first to its last use, a mark and a line where it was handed over."""

from __future__ import annotations

from typing import Any

from ctforensics.reports import pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.pieces import Piece
from ctforensics.show import scale
from ctforensics.show.charts import LABEL, SERIES

MOST = 40
# The key above, who used it below: side by side they leave the bars no room, or lose their ends.
_TWO_LINES = "[slice(datum.label, 0, indexof(datum.label, ' ')), slice(datum.label, indexof(datum.label, ' ') + 1)]"


def chart(keys: list[dict[str, Any]]) -> Piece | None:
    """The picture of credentials (rows of story_pages: access_key_id, issued_by, issued_at, actor, account, first and last use).

    None where no credential was ever used or issued.
    """
    drawn = [k for k in keys if k["first_used"] or k["issued_at"]][:MOST]
    if not drawn:
        return None
    lanes = {k["access_key_id"]: _lane(k) for k in drawn}
    bars = [_bar(k, lanes) for k in drawn if k["first_used"]]
    marks = [_mark(k, lanes) for k in drawn if k["issued_at"]]
    left = len(keys) - len(drawn)
    caption = "Credentials over time: bars from first to last use, diamonds where a credential was issued, lines to its issuer"
    alt = f"{counted(len(drawn), 'credential')}, {counted(len(marks), 'hand-over') if marks else 'no hand-over'}."
    were, have = ("was", "has") if left == 1 else ("were", "have")
    alt += f" {counted(left, 'further credential')} {have} no use here, or {were} left to the table." if left else ""
    return pieces.chart(_spec(bars, marks, list(lanes.values())), caption=caption, alt=alt)


def _lane(key: dict[str, Any]) -> str:
    who = str(key["actor"] or "no use seen here")
    who = who.split(":", 5)[-1] if who.startswith("arn:") else who  # whole, so that a redaction knows the name in it
    return f"{key['access_key_id']} {who}"


def _bar(key: dict[str, Any], lanes: dict[str, str]) -> dict[str, Any]:
    t0 = scale.to_ms(key["first_used"])
    facts = {"lane": lanes[key["access_key_id"]], "account": str(key["account"] or "unknown"), "events": key["events"]}
    return {**facts, "t0": t0, "t1": scale.to_ms(key["last_used"])}


def _mark(key: dict[str, Any], lanes: dict[str, str]) -> dict[str, Any]:
    own = lanes[key["access_key_id"]]
    return {"lane": own, "from": lanes.get(key["issued_by"], own), "t": scale.to_ms(key["issued_at"])}


def _spec(bars: list[dict[str, Any]], marks: list[dict[str, Any]], lanes: list[str]) -> dict[str, Any]:
    times = [b["t0"] for b in bars] + [b["t1"] for b in bars] + [m["t"] for m in marks]
    margin = max((max(times) - min(times)) // 50, 60_000)
    lo, hi = min(times) - margin, max(times) + margin
    # A credential that was used within one second still has a bar that can be seen.
    bars = [{**b, "t1": max(b["t1"], b["t0"] + (hi - lo) // 120)} for b in bars]
    accounts = sorted({b["account"] for b in bars})
    axis = {
        "title": scale.days(min(times), max(times) + 1),
        "labelExpr": LABEL,
        "labelOverlap": True,
        "tickCount": 7,
        "grid": True,
    }
    x = {
        "type": "temporal",
        "scale": {"type": "utc", "domain": [{"expr": "lo"}, {"expr": "hi"}], "nice": False},
        "axis": axis,
    }
    y = {
        "field": "lane",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": lanes},
        "axis": {
            "title": None,
            "labelExpr": _TWO_LINES,
            "labelLimit": 360,
            "labelLineHeight": 11,
            "labelPadding": 6,
            "ticks": False,
            "labelFont": "monospace",
            "labelFontSize": 9,
        },
    }
    colour = {
        "field": "account",
        "type": "nominal",
        "scale": {"domain": accounts, "range": [SERIES[i % len(SERIES)] for i in range(len(accounts))]},
        "legend": {"title": "account", "orient": "top", "symbolType": "square"},
    }
    told = [{"field": "lane"}, {"field": "events"}]
    bar = {"mark": {"type": "bar", "height": 9, "stroke": "#333333", "strokeWidth": 0.5}, "data": {"values": bars}}
    line = {"mark": {"type": "rule", "color": "#333333", "strokeWidth": 1}, "data": {"values": marks}}
    mark = {
        "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 60, "color": "#222222", "opacity": 1},
        "data": {"values": marks},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 500,
        "height": {"step": 30},
        "params": [{"name": "lo", "value": lo}, {"name": "hi", "value": hi}],
        "layer": [
            line | {"encoding": {"x": {**x, "field": "t"}, "y": {**y, "field": "from"}, "y2": {"field": "lane"}}},
            mark | {"encoding": {"x": {**x, "field": "t"}, "y": y}},
            bar
            | {
                "encoding": {"x": {**x, "field": "t0"}, "x2": {"field": "t1"}, "y": y, "color": colour, "tooltip": told}
            },
        ],
        "config": {"background": None, "font": "sans-serif", "view": {"stroke": "#9aa3ad"}},
    }
