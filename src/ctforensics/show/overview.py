"""The case at a glance: integrity, coverage by account, region, day and hour, busiest actors, services, names, errors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ctforensics import cards
from ctforensics.show import charts, lanes, patterns, vega
from ctforensics.show.access import Access, records, row, rows
from ctforensics.show.html import counts, visible
from ctforensics.trail.tables import COVERAGE_STATES

TOP = 10
MOST_LANES = 60
_SHOWN = ("actor", "event_name", "service", "error", "address", "region")


@dataclass(frozen=True, slots=True)
class Overview:
    """What the case holds. ``days`` are coverage lanes by day (a day shows its worst hour), ``top`` values by field."""

    title: str
    events: int
    integrity: dict[str, int]
    days: list[dict[str, Any]]
    lanes_left_out: int
    top: dict[str, list[tuple[str, int]]]
    findings: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    practice: bool = False

    def coverage_spec(self, *, width: int = 760) -> dict[str, Any]:
        """The heat map of coverage by lane and day as Vega-Lite."""
        return _heat_map(self.days, width)

    def hours_spec(self, *, width: int = 760) -> dict[str, Any]:
        """Events by hour of the day and day of the week (UTC) as Vega-Lite."""
        return _rhythm(self.hours, width)

    def __repr__(self) -> str:
        held = ", ".join(f"{n:,} {name}" for name, n in self.integrity.items()) or "none"
        return f"Overview of {visible(self.title)}: {self.events:,} events by verification: {held}"

    def _repr_html_(self) -> str:
        parts = [
            cards.facts([("events by verification", counts(self.integrity)), ("days by worst hour", self._days_told())])
        ]
        if self.days:
            parts += [cards.heading("Coverage by account, region and day", "worst hour of each day, UTC")]
            parts += [_svg(self.coverage_spec()), _legend({d["state"] for d in self.days})]
        else:
            parts += [
                cards.foot(
                    ["Coverage is not known: the evidence was not verified. No number below is complete for sure."]
                )
            ]
        if self.lanes_left_out:
            parts.append(cards.foot([f"{self.lanes_left_out:,} more lanes, none of them worse, are not shown."]))
        if self.hours:
            parts += [cards.heading("Events by day of the week and hour", "UTC"), _svg(self.hours_spec())]
            parts.append(
                cards.foot(
                    [
                        "A blank hour has no events here. Whether nothing happened or logs are missing, the lanes above tell."
                    ]
                )
            )
        if self.findings:
            told = [[str(f[n] or "") for n in ("class", "code", "lane", "detail")] for f in self.findings]
            word = "finding" if len(told) == 1 else "findings"
            parts += [cards.heading(f"{len(told):,} {word}"), cards.table(["class", "code", "where", "detail"], told)]
        top = [_top_table(name, held) for name, held in self.top.items() if held]
        marks = ["PRACTICE"] if self.practice else []
        return cards.card(self.title or "case", *parts, cards.beside(top), sub=f"{self.events:,} events", marks=marks)

    def _days_told(self) -> str:
        """How many days of an account and region have which worst hour, as words."""
        return counts(dict(Counter(str(each["word"]) for each in self.days)))


def _top_table(name: str, held: list[tuple[str, int]]) -> str:
    shown = [[visible(value, 120), f"{n:,}"] for value, n in held]
    return cards.heading(f"Top {name.replace('_', ' ')}") + cards.table([name, "events"], shown)


def _legend(states: set[str]) -> str:
    """Pattern and word of each state that is drawn: none is told by colour alone."""
    items = "".join(
        f"<svg width='26' height='14' role='img' aria-label='{lanes.STATE_WORDS[s]}'>{patterns.DEFS}"
        f"<rect width='26' height='14' fill='{charts.PATTERNS[s]}' stroke='#767676'/></svg>"
        f"<span style='margin:0 16px 0 5px'>{lanes.STATE_WORDS[s]}</span>"
        for s in COVERAGE_STATES
        if s in states
    )
    return f"<div class='ct-foot'>{items}</div>"


def _svg(spec: dict[str, Any]) -> str:
    return cards.chart(str(vega.picture({**spec, "background": "white"})))


def overview(access: Access, title: str = "") -> Overview:
    """Gathers the overview of a case with one cursor."""
    cursor = access.cursor()
    try:
        days, left_out = _days(cursor)
        return Overview(
            title,
            int(row(cursor, "SELECT count(*) FROM event_index")[0]),
            dict(
                rows(cursor, "SELECT coalesce(value, 'not_checked'), events FROM dim_verification ORDER BY events DESC")
            ),
            days,
            left_out,
            {name: _top(cursor, name) for name in _SHOWN},
            lanes.findings(cursor),
            records(cursor, _HOURS),
            bool(row(cursor, _PRACTICE)[0]),
        )
    finally:
        cursor.close()


_PRACTICE = "SELECT count(*) FROM case_facts WHERE name = 'practice' AND value = 'true'"
_HOURS = """SELECT isodow(minute) - 1 AS day, hour(minute) AS hour, sum(events)::BIGINT AS events FROM minute_counts GROUP BY ALL ORDER BY ALL"""


def _top(cursor: Any, name: str) -> list[tuple[str, int]]:
    sql = f"SELECT left(value, 300), events FROM dim_{name} WHERE value IS NOT NULL ORDER BY events DESC, value LIMIT {TOP}"
    return [(value, n) for value, n in rows(cursor, sql)]


def _days(cursor: Any) -> tuple[list[dict[str, Any]], int]:
    """The worst state of each lane and day; lanes with trouble first."""
    sql = """WITH ranked AS (SELECT concat_ws(' · ', account, region) AS lane, date_trunc('day', hour) AS day,
        list_position(['tampered','missing','unverified','verified','verified_empty','outside'], state) AS rank FROM coverage)
    SELECT lane, epoch_ms(day) AS t0, epoch_ms(day) + 86400000 AS t1, min(rank) AS rank,
      count(*) FILTER (WHERE rank <= 3) AS hours FROM ranked GROUP BY ALL ORDER BY ALL"""
    found = records(cursor, sql)
    trouble: dict[str, int] = {}
    for each in found:
        trouble[each["lane"]] = trouble.get(each["lane"], 0) + each["hours"]
    order = sorted(trouble, key=lambda lane: (-trouble[lane], lane))
    kept = set(order[:MOST_LANES])
    days = [
        {
            "lane": visible(each["lane"], 60),
            "t0": each["t0"],
            "t1": each["t1"],
            "state": COVERAGE_STATES[each["rank"] - 1],
            "word": lanes.STATE_WORDS[COVERAGE_STATES[each["rank"] - 1]],
            "hours": each["hours"],
        }
        for each in found
        if each["lane"] in kept
    ]
    return days, len(order) - len(kept)


def _heat_map(days: list[dict[str, Any]], width: int) -> dict[str, Any]:
    alt = charts.altair()
    lo, hi = min(d["t0"] for d in days), max(d["t1"] for d in days)
    names = list(dict.fromkeys(d["lane"] for d in days))
    made = (
        alt.Chart(alt.NamedData("days"))
        .mark_rect(stroke="#ffffff", strokeWidth=0.5)
        .encode(
            x=charts.time_axis(alt),
            x2=alt.X2("t1"),
            y=alt.Y("lane:N", sort=names, axis=alt.Axis(title=None, labelLimit=260)),
            fill=charts.state_fill(alt),
            tooltip=["lane:N", "word:N", alt.Tooltip("hours:Q", title="hours not proven or missing")],
        )
        .properties(height=max(30, 17 * len(names)))
    )
    drawn = charts.spec(made, lo, hi, width=width)
    drawn["datasets"] = {"days": days}
    return drawn


def _rhythm(hours: list[dict[str, Any]], width: int) -> dict[str, Any]:
    alt = charts.altair()
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    made = (
        alt.Chart(alt.NamedData("hours"))
        .mark_rect()
        .encode(
            x=alt.X("hour:O", title="hour (UTC)", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("name:N", sort=days, title=None),
            color=alt.Color(
                "events:Q", scale=alt.Scale(scheme="blues"), legend=alt.Legend(title="events", format="~s")
            ),
            tooltip=["name:N", "hour:O", alt.Tooltip("events:Q", format=",")],
        )
        .properties(height=130, width=width)
    )
    drawn = dict(made.configure(**charts.look(False)).to_dict(validate=False))
    drawn["datasets"] = {"hours": [{**each, "name": days[each["day"]]} for each in hours]}
    return drawn
