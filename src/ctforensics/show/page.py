"""The timeline as one file that opens anywhere: charts live without any network, static where scripts are off.

The content security policy names the hashes of the two scripts and nothing else; Vega runs its expressions interpreted
(``ast``), so that no ``eval`` is needed. Evidence stands in it as escaped text and as JSON, never as markup.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ctforensics import __version__, clock
from ctforensics.show import charts, drawing, files, lanes, patterns, scale, vega
from ctforensics.show.access import Access
from ctforensics.show.html import escape, json_script, table, visible
from ctforensics.show.session import TimelineSession
from ctforensics.show.where import words
from ctforensics.visible import shown

TABLE_ROWS = 500
COLUMNS = (
    "time",
    "kind",
    "event_name",
    "service",
    "actor",
    "address",
    "region",
    "account",
    "error",
    "target",
    "verification",
)
_BOOT = """const spec=JSON.parse(document.getElementById("ct-spec").textContent);
const place=document.getElementById("ct-live");
ctforensicsVega.embed(place,spec,{ast:true,actions:false,renderer:"svg",logLevel:1}).then(function(){
document.getElementById("ct-static").remove();document.documentElement.dataset.state="live";});"""
_STYLE = """:root{color-scheme:light}body{font:14px/1.45 system-ui,"Segoe UI","DejaVu Sans",sans-serif;color:#222;background:#fff;margin:24px auto;max-width:1400px;padding:0 16px}
h1{font-size:22px;margin:0 0 4px}.facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:12px 0}.facts dt{color:#555}.facts dd{margin:0}
.key{display:flex;flex-wrap:wrap;gap:16px;font-size:12px;margin:4px 0 12px 64px}.key svg{vertical-align:-3px;margin-right:5px}
table{border-collapse:collapse;font-size:12px;width:100%}th,td{text-align:left;padding:3px 7px;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}th{position:sticky;top:0;background:#f4f4f4}pre{background:#f6f6f6;padding:8px;overflow:auto;font-size:12px}
.warn{background:#fff3cd;border-left:4px solid #b58100;padding:6px 10px}.vega-embed{width:100%}#ct-static svg,#ct-live svg{max-width:100%;height:auto}
.events{overflow-x:auto}.events th,.events td{white-space:nowrap;overflow-wrap:normal}
.events td:is(:nth-child(3),:nth-child(4),:nth-child(5),:nth-child(6),:nth-child(9),:nth-child(10)){white-space:normal;overflow-wrap:anywhere;min-width:8em}
.events td:is(:nth-child(4),:nth-child(6)){min-width:11em}
.events td:is(:nth-child(5),:nth-child(10)){min-width:15em}
@media print{#ct-live{display:none}.events td:not(:first-child){white-space:normal;overflow-wrap:anywhere}}"""


def write_timeline(access: Access, path: Path, *, title: str = "", **view: Any) -> Path:
    """Writes the timeline of a case as one self-contained HTML file and returns its path.

    ``view`` takes ``since``, ``until`` (instants) and ``where`` (see show.where). Raises CaseError where it cannot be written.
    """
    session = opened(access, title=title, **view)
    try:
        text = build(session)
    finally:
        session.close()
    files.written(path, lambda waiting: waiting.write_text(text, "utf-8"))
    return path


def opened(
    access: Access, *, title: str = "", since: Any = None, until: Any = None, where: Any = None, folder: Any = None
) -> TimelineSession:
    """A timeline session on a range (UTC instants, half-open) and filter; what is left out means everything."""
    session = TimelineSession(access, title=title, folder=folder)
    lo = scale.to_ms(clock.parse_instant(since)) if since else session.view.lo
    hi = scale.to_ms(clock.parse_instant(until)) if until else session.view.hi
    session.change(lo=lo, hi=hi, where=where)
    return session


def datasets(session: TimelineSession, lane: list[lanes.Span] | None = None) -> dict[str, list[dict[str, Any]]]:
    """What the charts draw for the view in force, by the names that the specs use."""
    view, drawn = session.view, session.bars()
    return {
        "lane": drawing.gap_rows(lane if lane is not None else session.spans, view.lo, view.hi),
        "noted": [
            {"t": max(f["lo"], view.lo), "what": "finding", "text": visible(f"{f['code']} {f['detail']}", 300)}
            for f in session.findings
            if f["hi"] >= view.lo and f["lo"] < view.hi
        ],
        **{name: drawn[name] for name in ("bars", "zeros", "cuts", "gaps")},
    }


def build(session: TimelineSession, *, width: int = 1000) -> str:
    """The page of the view in force as HTML text."""
    view = session.view
    count = session.bars()["count"]
    spec = shown(charts.picture(datasets(session), view.lo, view.hi, width=width))
    svg = str(vega.picture(spec))
    spec_text = json_script(json.dumps(spec, ensure_ascii=True))
    policy = (
        f"default-src 'none'; script-src {vega.csp_hash(vega.text())} {vega.csp_hash(_BOOT)}; style-src 'unsafe-inline'; "
        "img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width"><title>Timeline: {escape(session.title)}</title><style>{_STYLE}</style></head><body>
<h1>Timeline: {escape(session.title)}</h1>
{_practice(session)}{_facts(session, count)}
<svg width="0" height="0" style="position:absolute" aria-hidden="true">{patterns.DEFS}</svg>
<figure style="margin:0" role="img" aria-label="{escape(summary(session, count))}"><div id="ct-static">{svg}</div><div id="ct-live"></div></figure>
{legend()}
{_gaps(session)}
{_events(session, count)}
<script id="ct-spec" type="application/json">{spec_text}</script>
<script>{vega.text()}</script><script>{_BOOT}</script>
</body></html>
"""


def summary(session: TimelineSession, count: int) -> str:
    """One sentence: events, range, filter, and what the range cannot show."""
    view = session.view
    return (
        f"{count:,} events from {scale.ms_text(view.lo)} until {scale.ms_text(view.hi)}, {words(view.where)}; "
        f"coverage: {session.coverage()}"
    )


def _practice(session: TimelineSession) -> str:
    with session.held() as cursor:
        made_up = cursor.execute(
            "SELECT count(*) FROM case_facts WHERE name = 'practice' AND value = 'true'"
        ).fetchone()
    return '<p class="warn"><b>PRACTICE</b>: this case holds made-up evidence.</p>' if made_up and made_up[0] else ""


def _facts(session: TimelineSession, count: int) -> str:
    view, extent = session.view, session.extent
    statement, values = session.sql()
    facts = [
        ("Events", f"{count:,} of {extent.events:,}"),
        ("Range (UTC)", f"{scale.ms_text(view.lo)} until {scale.ms_text(view.hi)}"),
        ("Filter", words(view.where)),
        ("Coverage", session.coverage()),
        ("Implausible times", f"{extent.before:,} before and {extent.after:,} after the span shown"),
        ("Made by", f"ctforensics {__version__}"),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value, 2000)}</dd>" for name, value in facts)
    bound = "\n".join(f"${name} = {value!r}" for name, value in values.items())
    return f"""<dl class="facts">{rows}</dl><details><summary>SQL</summary><pre>{escape_lines(statement)}\n\n{escape_lines(bound)}</pre></details>"""


def escape_lines(text: str) -> str:
    """Several lines as escaped text that keeps its line feeds."""
    return "\n".join(escape(line, 4000) for line in text.split("\n"))


def legend() -> str:
    """The key to kinds and coverage: colour, pattern and word."""
    kinds = [(name, colour) for name, colour in charts.FILLS.items()]
    states = [(lanes.STATE_WORDS[state], fill) for state, fill in charts.PATTERNS.items()]
    boxes = "".join(
        f'<span><svg width="16" height="14" aria-hidden="true"><rect width="16" height="14" fill="{fill}" stroke="#767676"/></svg>{escape(name)}</span>'
        for name, fill in kinds + states
    )
    return f'<div class="key">{boxes}</div>'


def _gaps(session: TimelineSession) -> str:
    found = lanes.gaps(session.spans, session.view.lo, session.view.hi)
    if not found:
        return ""
    rows = [
        [lanes.STATE_WORDS[g.state], scale.ms_text(g.lo), scale.ms_text(g.hi), lanes.hours(g.hi - g.lo)]
        for g in found[:200]
    ]
    more = f"<p>{len(found) - 200:,} more are not listed.</p>" if len(found) > 200 else ""
    return f"<h2>Where the log is silent or not proven</h2>{table(['state', 'from', 'until', 'duration'], rows)}{more}"


def _events(session: TimelineSession, count: int) -> str:
    first, _ = session.positions()
    page = session.page(first, min(count, TABLE_ROWS))
    shown = [_cells(page, each) for each in page["rows"]]
    note = f"The first {len(shown):,} of {count:,} events, in time order; events of one second have no known order."
    return f'<h2>Events</h2><p>{note}</p><div class="events">{table(COLUMNS, shown)}</div>'


def _cells(page: dict[str, Any], row: dict[str, Any]) -> list[Any]:
    texts = {name: page["values"][name].get(no, "") for name, no in zip(page["dimensions"], row["no"], strict=True)}
    return [row.get(name) if name in ("time", "kind") else texts[name] for name in COLUMNS]
