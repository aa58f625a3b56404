"""The timeline's charts as Altair specs: pure functions from names of data sets to Vega-Lite, and from rows to pictures.

Live view, report and export share these specs. Data arrive under names (``bars``, ``zeros``, ``cuts``, ``gaps``, ``noted``), so
that the widget changes them in place. Times are milliseconds, the x scale is UTC, labels have 24 hours. Colours are of the
Okabe-Ito set; coverage is told by pattern and word as well as colour.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from ctforensics.errors import NotInstalled
from ctforensics.show import scale as time
from ctforensics.show.lanes import STATE_WORDS

COLOURS = {"error": "#D55E00", "write": "#E69F00", "read": "#56B4E9"}
# Write and read are the same grey: without colour the hatching tells them apart.
FILLS = {**COLOURS, "write": "url(#ct-write)"}
# Marks that stand alone on white need 3:1: a darker edge gives it where the fill does not.
EDGES = {"error": "#9C4400", "write": "#8A5F00", "read": "#1F6F9F"}
SERIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C")
PATTERNS = {
    "verified": "#3B8F6B",
    "verified_empty": "#9CCDB5",
    "unverified": "url(#ct-unverified)",
    "missing": "url(#ct-missing)",
    "tampered": "url(#ct-tampered)",
    "outside": "url(#ct-outside)",
}
SHAPES = {"star": "M0,-1L0.3,-0.3L1,-0.3L0.45,0.15L0.65,0.9L0,0.45L-0.65,0.9L-0.45,0.15L-1,-0.3L-0.3,-0.3Z"}
NOTCH = "M-1,-0.2L1,-0.2L0,1Z"  # cut out of the top of a bar
NOTCH_WORDS = "bar not wholly covered by the log or the range"
AXIS = 64
# Short labels that say the date where it changes, always UTC.
LABEL = (
    "hi - lo > 172800000 ? (utchours(datum.value) == 0 ? utcFormat(datum.value, '%d %b') : utcFormat(datum.value, '%H:%MZ'))"
    " : utchours(datum.value) == 0 && utcminutes(datum.value) == 0 && utcseconds(datum.value) == 0"
    " ? utcFormat(datum.value, '%d %b') : utcseconds(datum.value) != 0 ? utcFormat(datum.value, '%H:%M:%SZ') : utcFormat(datum.value, '%H:%MZ')"
)


def altair() -> Any:
    """Altair, loaded when it is needed. Raises NotInstalled where it is absent."""
    try:
        import altair
    except ImportError as error:
        raise NotInstalled("Altair", "notebook") from error
    return altair


def time_axis(alt: Any, field: str = "t0", *, axis: bool = True, domain: Any = None, title: str | None = None) -> Any:
    """The x channel of every chart: UTC, 24 hours, from ``lo`` to ``hi`` of the spec."""
    shown = alt.Axis(title=title, labelExpr=LABEL, labelOverlap=True, tickCount={"expr": "width / 90"}, grid=axis)
    limits = {"domain": domain} if domain is not None else {"domainMin": {"expr": "lo"}, "domainMax": {"expr": "hi"}}
    scale = alt.Scale(type="utc", nice=False, clamp=True, **limits)
    return alt.X(f"{field}:T", scale=scale, axis=shown if axis else None)


def _y(alt: Any, title: str, kind: str) -> Any:
    axis = alt.Axis(title=title, minExtent=AXIS - 16, maxExtent=AXIS - 16, tickCount=4, format="~s", titlePadding=4)
    return alt.Y("y0:Q", axis=axis, scale=alt.Scale(type=kind, nice=True, domainMin=0))


def histogram(
    *,
    height: int,
    series: dict[str, str] | None = None,
    title: str = "events",
    scale: str = "linear",
    domain: Any = None,
    days: str | None = None,
    key: bool = False,
    cut_key: bool = False,
    live: bool = False,
) -> Any:
    """Bars over hatched gaps, baseline ticks for silence, a dashed cap on buckets that are cut. ``series`` maps name to colour.

    ``days`` stands below the time axis; with ``key`` the bars have one, with ``cut_key`` the cuts. A ``live`` one carries no tooltips (the page makes its own), and a bar that moves stays the same element: its rows say
    ``at``, their number.
    """
    alt = altair()
    series = series or COLOURS
    x, x2, y = alt.X("t0:T", scale=alt.Scale(type="utc")), alt.X2("t1"), _y(alt, title, scale)
    fills = [FILLS[name] if COLOURS.get(name) == colour else colour for name, colour in series.items()]
    edges = [EDGES.get(name, colour) for name, colour in series.items()]
    when = [
        alt.Tooltip(
            "t0:T", title="from (UTC)", format="%Y-%m-%dT%H:%M:%SZ", timeUnit="utcyearmonthdatehoursminutesseconds"
        ),
        alt.Tooltip("t1:T", title="until", format="%Y-%m-%dT%H:%M:%SZ", timeUnit="utcyearmonthdatehoursminutesseconds"),
    ]
    domain_ = list(series)
    told = {"legend": _key(alt, "bottom") if key else None}
    gaps = (
        alt.Chart(alt.NamedData("gaps"))
        .mark_rect(opacity=0.75)
        .encode(
            x=time_axis(alt, domain=domain, title=days),
            x2=x2,
            fill=state_fill(alt),
            tooltip=[*when, alt.Tooltip("word:N", title="coverage")],
        )
    )
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_rect(strokeWidth=0.5)
        .encode(
            x=x,
            x2=x2,
            y=y,
            y2=alt.Y2("y1"),
            fill=alt.Fill("kind:N", scale=alt.Scale(domain=domain_, range=fills), **told),
            stroke=alt.Stroke("kind:N", scale=alt.Scale(domain=domain_, range=edges), **told),
            tooltip=[*when, alt.Tooltip("kind:N"), alt.Tooltip("n:Q", title="events", format=",")],
        )
    )
    zeros = (
        alt.Chart(alt.NamedData("zeros"))
        .transform_calculate(y0="0", note="'covered, no events'")
        .mark_rule(strokeWidth=2, color="#767676")
        .encode(x=x, x2=x2, y=y, tooltip=[*when, alt.Tooltip("note:N", title="here")])
    )
    cuts = (
        alt.Chart(alt.NamedData("cuts"))
        .transform_calculate(y0="datum.y")
        .mark_rule(strokeWidth=2, strokeDash=[2, 2], color="#CC79A7")
        .encode(x=x, x2=x2, y=y, tooltip=[*when, alt.Tooltip("word:N", title="here")])
    )
    notches = (
        alt.Chart(alt.NamedData("cuts"))
        .transform_calculate(y0="datum.y", t0="(datum.t0 + datum.t1) / 2")
        .mark_point(shape=NOTCH, size=90, filled=True, fill="#ffffff", stroke="#555555", strokeWidth=1, opacity=1)
        .encode(x=x, y=y)
    )
    layers = [gaps, bars, zeros, cuts, notches, *([_notch_key(alt)] if cut_key else [])]
    if live:
        layers = [_without_tooltip(alt, each) for each in layers]
        layers[1] = layers[1].encode(key=alt.Key("at:N"))
    return alt.layer(*layers).properties(height=height).resolve_scale(fill="independent", stroke="independent")


def _key(alt: Any, orient: str, **more: Any) -> Any:
    return alt.Legend(title=None, orient=orient, symbolType="square", symbolSize=120, labelLimit=400, **more)


def _notch_key(alt: Any) -> Any:
    """The key to the cut in a bar, as marks of no size: of marks with an edge and a fill, Vega-Lite's keys show no edge."""
    shape = alt.Scale(domain=[NOTCH_WORDS], range=[NOTCH])
    legend = alt.Legend(title=None, orient="bottom", labelLimit=400, symbolSize=90)
    return (
        alt.Chart(alt.NamedData("cuts"))
        .mark_point(size=0, filled=False, color="#555555", opacity=1)
        .encode(shape=alt.ShapeDatum(NOTCH_WORDS, scale=shape, legend=legend))
    )


def _without_tooltip(alt: Any, chart: Any) -> Any:
    """The same chart without tooltips: Vega would put the words of each mark together at each redraw."""
    chart = chart.copy()
    chart.encoding.tooltip = alt.Undefined
    return chart


def state_fill(alt: Any) -> Any:
    """Fill by coverage state: patterns that a page defines (see patterns)."""
    return alt.Fill("state:N", scale=alt.Scale(domain=list(PATTERNS), range=list(PATTERNS.values())), legend=None)


def _words_fill(alt: Any, states: list[str]) -> Any:
    """Fill by the word of a coverage state, with a key to those states."""
    scale = alt.Scale(domain=[STATE_WORDS[state] for state in states], range=[PATTERNS[state] for state in states])
    return alt.Fill("word:N", scale=scale, legend=_key(alt, "top", columnPadding=18))


def coverage_lane(*, height: int = 14, name: str = "", key: list[str] | None = None) -> Any:
    """One strip of coverage states; with lane names in the data, one strip for each. ``name`` is the label of one without.

    ``key`` names the states of which a key stands above.
    """
    alt = altair()
    named = {"labelExpr": f"datum.label || '{name}'"} if name else {}
    return (
        alt.Chart(alt.NamedData("lane"))
        .mark_rect(stroke="#767676", strokeWidth=0.25)
        .encode(
            x=time_axis(alt, axis=False),
            x2=alt.X2("t1"),
            y=alt.Y(
                "lane:N",
                axis=alt.Axis(
                    title=None, minExtent=AXIS, maxExtent=AXIS, labelLimit=AXIS - 8, ticks=False, domain=False, **named
                ),
            ),
            fill=_words_fill(alt, key) if key else state_fill(alt),
            tooltip=[alt.Tooltip("word:N", title="coverage"), alt.Tooltip("lane:N")],
        )
        .properties(height=height)
    )


def marks_lane(*, height: int = 18, name: str = "") -> Any:
    """Findings, stars, labels and comments as shapes in a lane of their own, which ``name`` labels."""
    alt = altair()
    axis = alt.Axis(title=None, minExtent=AXIS, maxExtent=AXIS, ticks=False, domain=False)
    return (
        alt.Chart(alt.NamedData("noted"))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=time_axis(alt, "t", axis=False),
            y=alt.YDatum(name, type="nominal", axis=axis) if name else alt.value(height / 2),
            shape=alt.Shape(
                "what:N",
                scale=alt.Scale(
                    domain=["finding", "star", "label", "comment", "range"],
                    range=["diamond", SHAPES["star"], "triangle-up", "circle", "square"],
                ),
                legend=None,
            ),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(
                    domain=["finding", "star", "label", "comment", "range"],
                    range=["#D55E00", "#B8860B", "#0072B2", "#009E73", "#CC79A7"],
                ),
                legend=None,
            ),
            tooltip=[alt.Tooltip("what:N"), alt.Tooltip("text:N")],
        )
        .properties(height=height)
    )


def spec(chart: Any, lo: int, hi: int, *, width: int = 900, dark: bool = False) -> dict[str, Any]:
    """A chart as Vega-Lite with its range as the parameters ``lo`` and ``hi``, in the look of the house."""
    alt = altair()
    ranged = chart.add_params(alt.param("lo", value=lo), alt.param("hi", value=hi))
    if not isinstance(chart, alt.VConcatChart):
        ranged = ranged.properties(width=width)
    return dict(ranged.configure(**look(dark)).to_dict(validate=False))


def look(dark: bool) -> dict[str, Any]:
    """The Vega-Lite configuration of the house, light or dark."""
    ink, line, grid = ("#e0e0e0", "#9a9a9a", "#444444") if dark else ("#222222", "#767676", "#e4e4e4")
    return {
        "background": "transparent",
        "font": "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif",
        "view": {"stroke": line, "strokeOpacity": 0.6},
        "axis": {"labelColor": ink, "titleColor": ink, "domainColor": line, "tickColor": line, "gridColor": grid},
        "padding": {"left": 0, "top": 4, "right": 12, "bottom": 2},
    }


SPECS = Path(__file__).parent / "static" / "specs.json"


def live_specs() -> dict[str, dict[str, Any]]:
    """The four views of the widget as shipped, made once by ``build_specs``: loading Altair takes longer than all the rest."""
    return dict(json.loads(_shipped()))


@functools.cache
def _shipped() -> str:
    return SPECS.read_text("utf-8")


def build_specs() -> dict[str, dict[str, Any]]:
    """The four views of the widget; range and data are put in later. Each plot begins AXIS pixels from the left, exactly.

    Readers of the screen are told by the page, not by each mark: what a redraw costs is counted in marks.
    """
    alt = altair()
    made = {
        "coverage": (_without_tooltip(alt, coverage_lane()), 1, 1),
        "overview": (histogram(height=64, title=" ", live=True), 4, 22),
        "marks": (_without_tooltip(alt, marks_lane()), 1, 1),
        "detail": (histogram(height=170, live=True), 4, 24),
    }
    out = {}
    for name, (chart, top, bottom) in made.items():
        drawn = spec(chart, 0, 1)
        drawn["autosize"] = {"type": "none"}
        drawn["config"]["aria"] = False
        drawn["padding"] = {"left": AXIS, "right": 12, "top": top, "bottom": bottom}
        drawn["datasets"] = {each: [] for each in ("lane", "noted", "bars", "zeros", "cuts", "gaps")}
        out[name] = drawn
    return out


def picture(
    data: dict[str, list[dict[str, Any]]],
    lo: int,
    hi: int,
    *,
    width: int = 900,
    dark: bool = False,
    key: bool = False,
) -> dict[str, Any]:
    """One spec with its data in it: coverage, bars of the range, marks. For SVG, PNG, pages and reports.

    With ``key`` the picture itself says what its patterns and marks mean, for pages that say it nowhere else.
    """
    alt = altair()
    held = {row["state"] for name in ("lane", "gaps") for row in data.get(name, [])}
    parts = [coverage_lane(name="coverage", key=[state for state in PATTERNS if state in held] if key else None)]
    parts += [marks_lane(name="findings")] if data.get("noted") else []
    bars = histogram(height=200, days=time.days(lo, hi), key=key, cut_key=key and bool(data.get("cuts")))
    whole = alt.vconcat(*[p.properties(width=width) for p in (*parts, bars)], spacing=4).resolve_scale(
        color="independent", shape="independent", fill="independent"
    )
    drawn = spec(whole, lo, hi, width=width, dark=dark)
    drawn["datasets"] = {name: data.get(name, []) for name in ("lane", "noted", "bars", "zeros", "cuts", "gaps")}
    return drawn
