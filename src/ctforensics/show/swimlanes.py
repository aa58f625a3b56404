"""Role chains and sessions as lanes in time: from any key, session or principal, who handed credentials to whom.

A lane is one credential (an access key id, else a principal). Its bar runs from first to last use; a mark on the hand-over line
shows the call that issued the next lane's key. A lane is coloured by account, and says when it was refused and when it was
first used from a new address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from ctforensics import cards
from ctforensics.errors import ParameterError
from ctforensics.show import charts, scale
from ctforensics.show.access import Access, records, rows
from ctforensics.show.html import visible

MOST_LANES = 200
_USE = """SELECT coalesce(access_key_id, actor) AS credential, any_value(access_key_id) AS access_key, any_value(actor ORDER BY event_time) AS actor,
  any_value(actor_account_id ORDER BY event_time) AS account, min(event_time) AS first, max(event_time) AS last, count(*) AS events,
  count(*) FILTER (WHERE outcome = 'denied') AS denied, count(DISTINCT source_ip_address) AS addresses, any_value(event_key::VARCHAR) AS "key",
  any_value(role_session_name) AS session
FROM events WHERE coalesce(access_key_id, actor) IN (SELECT unnest($names::VARCHAR[])) GROUP BY 1"""
_HANDED = """SELECT coalesce(access_key_id, actor) AS giver, issued_access_key_id AS taker, event_time AS at, event_name, event_id, event_key::VARCHAR AS "key",
  source_ip_address AS address FROM events WHERE issued_access_key_id IS NOT NULL AND {condition} ORDER BY event_time, event_id"""
_FIRST = """SELECT coalesce(access_key_id, actor) AS credential, source_ip_address AS address, min(event_time) AS at FROM events
WHERE coalesce(access_key_id, actor) IN (SELECT unnest($names::VARCHAR[])) AND source_ip_address IS NOT NULL GROUP BY 1, 2 ORDER BY 3"""


@dataclass(frozen=True, slots=True)
class Lane:
    """One credential: who used it, from when to when, how often, and at which depth of the chain it stands."""

    credential: str
    actor: str
    account: str
    session: str
    first: datetime
    last: datetime
    events: int
    denied: int
    addresses: int
    depth: int


@dataclass(frozen=True, slots=True)
class Handover:
    """A call by which one credential issued another."""

    giver: str
    taker: str
    at: datetime
    event_name: str
    event_id: str
    event_key: str


@dataclass(frozen=True, slots=True)
class Swimlanes:
    """Lanes and hand-overs of one chain; ``folded`` counts credentials left out beyond 200 lanes."""

    lanes: list[Lane]
    handovers: list[Handover]
    addresses: list[dict[str, Any]] = field(default_factory=list)
    folded: int = 0

    def spec(self, *, width: int = 900) -> dict[str, Any]:
        """The chart as Vega-Lite."""
        return _spec(self, width)

    def tree(self) -> list[dict[str, Any]]:
        """The lanes as a table, each indented below the one that issued it."""
        return [
            {
                "credential": "  " * lane.depth + lane.credential,
                "actor": lane.actor,
                "session": lane.session,
                "account": lane.account,
                "first": lane.first,
                "last": lane.last,
                "events": lane.events,
                "denied": lane.denied,
                "addresses": lane.addresses,
            }
            for lane in self.lanes
        ]

    def __repr__(self) -> str:
        return f"Swimlanes: {len(self.lanes):,} credentials, {len(self.handovers):,} hand-overs, {self.folded:,} folded away"

    def _repr_html_(self) -> str:
        from ctforensics.show import vega

        svg = str(vega.picture({**self.spec(), "background": "white"}))
        tree = [[visible(value, 200) for value in each.values()] for each in self.tree()]
        columns = list(self.tree()[0]) if tree else []
        told = [f"{self.folded:,} more credentials are folded away."] if self.folded else []
        picture = f"<div class='ct-scroll'>{cards.chart(svg)}</div>"
        sub = f"{len(self.lanes):,} credentials, {len(self.handovers):,} hand-overs"
        return cards.card("Role chain", picture, cards.table(columns, tree, most=MOST_LANES), cards.foot(told), sub=sub)


def swimlanes(access: Access, value: str) -> Swimlanes:
    """The chain around a key, a session (ARN or name) or a principal. Raises ParameterError where nothing carries that value."""
    cursor = access.cursor()
    try:
        start = _start(cursor, value)
        if not start:
            raise ParameterError(f"No event carries {visible(value, 80)!r} as key, session or principal.")
        depth, handed = _walk(cursor, start)
        return _laid(cursor, depth, handed)
    finally:
        cursor.close()


def _start(cursor: duckdb.DuckDBPyConnection, value: str) -> list[str]:
    sql = """SELECT coalesce(access_key_id, actor) AS credential FROM events
    WHERE access_key_id = $value OR issued_access_key_id = $value OR actor = $value OR principal_arn = $value OR role_session_name = $value
    GROUP BY 1 HAVING credential IS NOT NULL ORDER BY min(event_time) LIMIT 50"""
    return [name for (name,) in rows(cursor, sql, {"value": value})]


def _walk(cursor: duckdb.DuckDBPyConnection, start: list[str]) -> tuple[dict[str, int], list[Handover]]:
    """Follows hand-overs both ways from some credentials; gives each credential's depth below the first and the hand-overs."""
    known: set[str] = set(start)
    handed: dict[tuple[str, str], Handover] = {}
    edge = list(start)
    for _ in range(12):
        found = _handovers(cursor, "issued_access_key_id IN (SELECT unnest($names::VARCHAR[]))", edge)
        found += _handovers(cursor, "coalesce(access_key_id, actor) IN (SELECT unnest($names::VARCHAR[]))", edge)
        handed |= {(h.giver, h.taker): h for h in reversed(found)}
        edge = [n for h in found for n in (h.giver, h.taker) if n not in known]
        known |= set(edge)
        if not edge or len(known) > 5 * MOST_LANES:
            break
    return _depths(known, list(handed.values())), sorted(handed.values(), key=lambda h: h.at)


def _handovers(cursor: duckdb.DuckDBPyConnection, condition: str, names: list[str]) -> list[Handover]:
    return [
        Handover(r["giver"], r["taker"], r["at"], r["event_name"], r["event_id"] or "", r["key"])
        for r in records(cursor, _HANDED.format(condition=condition), {"names": names})
        if r["giver"]
    ]


def _depths(known: set[str], handed: list[Handover]) -> dict[str, int]:
    depth = dict.fromkeys(known, 0)
    for _ in range(12):  # as deep as the walk went; a circle ends here too
        changed = False
        for h in handed:
            if depth.get(h.taker, 0) < depth.get(h.giver, 0) + 1 <= 12:
                depth[h.taker] = depth.get(h.giver, 0) + 1
                changed = True
        if not changed:
            break
    return depth


def _laid(cursor: duckdb.DuckDBPyConnection, depth: dict[str, int], handed: list[Handover]) -> Swimlanes:
    """Lanes in the order in which credentials were handed over: each below its giver, earlier ones first."""
    used = {r["credential"]: r for r in records(cursor, _USE, {"names": list(depth)})}
    issued = {h.taker: h.at for h in handed}
    lanes = [
        Lane(
            name,
            r["actor"] or "",
            r["account"] or "",
            r["session"] or "",
            min(r["first"], issued.get(name, r["first"])),
            r["last"],
            r["events"],
            r["denied"],
            r["addresses"],
            depth[name],
        )
        for name, r in used.items()
    ]
    # A key that was issued and never used is a lane too: its silence is a fact.
    lanes += [
        Lane(h.taker, "never used here", "", "", h.at, h.at, 0, 0, 0, depth[h.taker]) for h in _unused(handed, used)
    ]
    lanes.sort(key=lambda lane: _path(lane, handed, {each.credential: each for each in lanes}))
    kept = lanes[:MOST_LANES]
    names = {lane.credential for lane in kept}
    first = [r for r in records(cursor, _FIRST, {"names": sorted(names)}) if r["credential"] in names]
    return Swimlanes(kept, [h for h in handed if h.giver in names and h.taker in names], first, len(lanes) - len(kept))


def _unused(handed: list[Handover], used: dict[str, Any]) -> list[Handover]:
    return list({h.taker: h for h in handed if h.taker not in used}.values())


def _path(lane: Lane, handed: list[Handover], lanes: dict[str, Lane]) -> list[tuple[datetime, str]]:
    """Where a lane stands: behind the first use of each credential on the way to it."""
    givers = {h.taker: h.giver for h in handed}
    way, name, seen = [(lane.first, lane.credential)], lane.credential, {lane.credential}
    while (name := givers.get(name, "")) and name not in seen:
        seen.add(name)
        if name in lanes:
            way.append((lanes[name].first, name))
    return way[::-1]


def _spec(made: Swimlanes, width: int) -> dict[str, Any]:
    alt = charts.altair()
    names = [_name(lane) for lane in made.lanes]
    of = {lane.credential: _name(lane) for lane in made.lanes}
    lo = min((scale.to_ms(lane.first) for lane in made.lanes), default=0)
    hi = max((scale.to_ms(lane.last) for lane in made.lanes), default=scale.HOUR)
    margin = max((hi - lo) // 50, scale.MINUTE)
    bars = [
        {
            "lane": _name(lane),
            "t0": scale.to_ms(lane.first),
            "t1": max(scale.to_ms(lane.last), scale.to_ms(lane.first) + margin // 8),
            "account": lane.account or "unknown",
            "actor": visible(lane.actor, 120),
            "events": lane.events,
            "denied": lane.denied,
        }
        for lane in made.lanes
    ]
    hands = [
        {"t0": scale.to_ms(h.at), "from": of[h.giver], "to": of[h.taker], "call": visible(h.event_name, 60)}
        for h in made.handovers
    ]
    first = [
        {"t0": scale.to_ms(r["at"]), "lane": of[r["credential"]], "address": visible(r["address"], 60)}
        for r in made.addresses[:400]
    ]
    y = alt.Y(
        "lane:N",
        sort=names,
        scale=alt.Scale(domain=names),
        axis=alt.Axis(title=None, labelLimit=280, labelOverlap=False),
    )
    x = charts.time_axis(alt)
    lane_bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar(height=11, cornerRadius=2)
        .encode(
            x=x,
            x2=alt.X2("t1"),
            y=y,
            color=alt.Color(
                "account:N",
                scale=alt.Scale(range=list(charts.SERIES)),
                legend=alt.Legend(title="account", orient="top"),
            ),
            stroke=alt.condition("datum.denied > 0", alt.value("#D55E00"), alt.value(None)),
            strokeWidth=alt.value(2),
            tooltip=["lane:N", "actor:N", "account:N", "events:Q", "denied:Q"],
        )
    )
    t = alt.X("t0:T", scale=alt.Scale(type="utc"))
    lines = (
        alt.Chart(alt.NamedData("hands"))
        .mark_rule(color="#767676", strokeWidth=1.5)
        .encode(
            x=t,
            y=alt.Y("from:N", sort=names, scale=alt.Scale(domain=names)),
            y2=alt.Y2("to:N"),
            tooltip=["call:N", "from:N", "to:N"],
        )
    )
    heads = (
        alt.Chart(alt.NamedData("hands"))
        .mark_point(shape="triangle-down", filled=True, size=70, color="#444444", opacity=1)
        .encode(x=t, y=alt.Y("to:N", sort=names, scale=alt.Scale(domain=names)), tooltip=["call:N", "from:N", "to:N"])
    )
    seen = (
        alt.Chart(alt.NamedData("first"))
        .mark_tick(thickness=2, size=15, color="#000000")
        .encode(
            x=t,
            y=alt.Y("lane:N", sort=names, scale=alt.Scale(domain=names)),
            tooltip=[alt.Tooltip("address:N", title="first use from")],
        )
    )
    drawn = charts.spec(
        alt.layer(lane_bars, lines, heads, seen).properties(height=max(60, 22 * len(names))),
        lo - margin,
        hi + margin,
        width=width,
    )
    drawn["datasets"] = {"bars": bars, "hands": hands, "first": first}
    return drawn


def _name(lane: Lane) -> str:
    """A lane's label: indented by depth, credential and the name its session was given."""
    tail = lane.session or lane.actor.rsplit("/", 1)[-1]
    return visible(f"{'› ' * lane.depth}{lane.credential[-24:]}{' · ' + tail if tail else ''}", 60)
