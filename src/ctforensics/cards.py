"""What a notebook shows of a thing: a card of escaped text with its own small style sheet, for light and dark themes.

Every text may come from evidence: it is made visible, then escaped, and is never markup. Without the style sheet (an untrusted
notebook strips it) the card is still plain, readable HTML.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from ctforensics.visible import visible

# JupyterLab's variables with fallbacks for other places; ``.ct`` keeps the rules away from everything else on the page.
_STYLE = """<style>
.ct{color:var(--jp-ui-font-color1,#222);font-size:13px;line-height:1.45;border-left:3px solid var(--jp-brand-color1,#1976d2);padding:2px 0 2px 12px;margin:4px 0;max-width:100%}
.ct .ct-title{font-size:15px;font-weight:600;margin:0 0 2px}
.ct .ct-sub{margin:0 0 6px;color:var(--jp-ui-font-color2,#555)}
.ct .ct-mark{display:inline-block;border:1px solid currentColor;border-radius:3px;padding:0 6px;margin-right:8px;font-size:11px;font-weight:700;letter-spacing:.04em}
.ct .ct-scroll{overflow:auto;max-height:460px;max-width:100%;margin:6px 0;border:1px solid var(--jp-border-color2,#ccc)}
.ct table{border-collapse:collapse;margin:0;font-size:12px;table-layout:auto}
.ct .ct-scroll table th,.ct .ct-scroll table td{text-align:left;vertical-align:top;padding:3px 10px 3px 6px;white-space:pre;border:0;border-bottom:1px solid var(--jp-border-color3,#e0e0e0);color:var(--jp-ui-font-color1,#222)}
.ct .ct-scroll table td.ct-long{white-space:pre-wrap;overflow-wrap:anywhere;min-width:44ch;max-width:70ch}
.ct .ct-long div{max-height:6em;overflow:auto}
.ct .ct-scroll table thead th{position:sticky;top:0;white-space:nowrap;background:var(--jp-layout-color2,#eee);font-weight:600;z-index:1}
.ct .ct-scroll table tbody tr{background:var(--jp-layout-color0,#fff)}
.ct .ct-none{color:var(--jp-ui-font-color3,#666)}
.ct dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:1px 14px;margin:4px 0}
.ct dl dt{color:var(--jp-ui-font-color2,#555);margin:0;font-weight:400;float:none;width:auto;white-space:nowrap}
.ct dl dd{margin:0;float:none;width:auto;overflow-wrap:anywhere}
.ct .ct-beside{display:flex;flex-wrap:wrap;gap:4px 18px;align-items:flex-start}
.ct .ct-beside>div{min-width:0;max-width:100%}
.ct .ct-scroll{width:fit-content}
.ct ul{margin:4px 0;padding-left:20px}
.ct pre.ct-sql{white-space:pre-wrap;font-size:12px;margin:4px 0;padding:6px 8px;background:var(--jp-layout-color1,#f7f7f7);color:inherit;border:1px solid var(--jp-border-color2,#ccc);max-height:180px;overflow:auto}
.ct .ct-foot{margin:6px 0 0;color:var(--jp-ui-font-color1,#222);font-size:12px}
.ct .ct-foot .ct-caution{font-weight:700}
.ct .ct-foot p{margin:0}
.ct .ct-chart>svg>rect:first-of-type{fill:var(--jp-layout-color0,#fff)}
.ct .ct-chart>svg text{fill:var(--jp-ui-font-color1,#222)}
.ct .ct-chart>svg .role-axis-grid line{stroke:var(--jp-border-color2,#e4e4e4)}
.ct h4{font-size:13px;margin:10px 0 2px;font-weight:600}
</style>"""
CELL = 300
ROWS = 50


def escape(value: Any) -> str:
    """A value as text in which nothing hides, safe in HTML text and in quoted attributes."""
    return html.escape(visible(value), quote=True)


def card(title: str, *parts: str, sub: str = "", marks: Sequence[str] = ()) -> str:
    """A card: title, marks such as PRACTICE, a line below, then parts that are HTML already (made by this room)."""
    told = "".join(f"<span class='ct-mark'>{escape(mark)}</span>" for mark in marks)
    line = f"<div class='ct-sub'>{escape(sub)}</div>" if sub else ""
    return f"<div class='ct'>{_STYLE}<div class='ct-title'>{told}{escape(title)}</div>{line}{''.join(parts)}</div>"


def facts(pairs: Iterable[tuple[str, Any]]) -> str:
    """Names and values as a list of two columns."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs)
    return f"<dl>{rows}</dl>" if rows else ""


def bullets(lines: Iterable[Any], most: int = 20) -> str:
    """Lines as a list; how many more there are, where there are more than ``most``."""
    every = list(lines)
    shown = "".join(f"<li>{escape(line)}</li>" for line in every[:most])
    more = f"<li>and {len(every) - most:,} more</li>" if len(every) > most else ""
    return f"<ul>{shown}{more}</ul>" if every else ""


def heading(text: str, beside: str = "") -> str:
    """A heading inside a card; ``beside`` stands smaller after it."""
    small = f" <small>{escape(beside)}</small>" if beside else ""
    return f"<h4>{escape(text)}{small}</h4>"


def beside(parts: Iterable[str]) -> str:
    """Pieces (HTML already) side by side where there is room."""
    return f"<div class='ct-beside'>{''.join(f'<div>{part}</div>' for part in parts)}</div>"


def chart(svg: str) -> str:
    """A picture (SVG already, on white) that takes the colours of the notebook's theme for its ground, texts and lines."""
    return f"<div class='ct-chart'>{svg}</div>"


def fold(line: str, inside: str) -> str:
    """A line that opens; ``inside`` is HTML already."""
    return f"<details><summary>{escape(line)}</summary>{inside}</details>"


def foot(lines: Iterable[str], cautions: Iterable[str] = ()) -> str:
    """Sentences below: what was searched. Those that are ``cautions`` (holes in the evidence) stand out."""
    loud = set(cautions)
    told = (f"<p{' class=ct-caution' if line in loud else ''}>{escape(line)}</p>" for line in lines)
    return f"<div class='ct-foot'>{''.join(told)}</div>"


def sql(text: str) -> str:
    """A statement as it ran."""
    return f"<pre class='ct-sql'>{escape_lines(text)}</pre>"


def escape_lines(text: str) -> str:
    """Escaped text that keeps its line ends."""
    return "\n".join(escape(line) for line in text.split("\n"))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, most: int = ROWS) -> str:
    """Texts as a table that scrolls in its own frame; how many rows are not shown is said below it."""
    if not rows:
        return ""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows[:most])
    left = len(rows) - most
    more = (
        f"<div class='ct-sub'>{left:,} more rows are in this answer; the first {most} are shown.</div>"
        if left > 0
        else ""
    )
    return f"<div class='ct-scroll' tabindex='0'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"


def _cell(text: str) -> str:
    if len(text) > CELL:
        return f"<td class='ct-long'><div>{escape(text[:CELL])}… ({len(text):,} characters)</div></td>"
    # Identifiers are not broken in the middle (a copied half of an ARN misleads), only what is far too wide.
    return f"<td class='ct-long'><div>{escape(text)}</div></td>" if len(text) > 64 else f"<td>{escape(text)}</td>"
