"""The picture that stays in a notebook without a kernel: a small SVG drawn here, so that the first look waits for no engine.

It shows what the live charts show (coverage, bars, gaps, marks, UTC labels) and holds no text of the evidence: dates and counts
only. Charts for pages and reports come from the Altair specs.
"""

from __future__ import annotations

from typing import Any

from ctforensics.show import charts, patterns, scale

Row = dict[str, Any]
LANE, TOP, HEIGHT, FOOT = 14, 26, 200, 22
_STEPS = [n * scale.SECOND for n in (1, 5, 15)] + [n * scale.MINUTE for n in (1, 5, 15)]
_STEPS += [n * scale.HOUR for n in (1, 3, 6, 12)] + [n * scale.DAY for n in (1, 2, 7, 14, 28, 91, 364, 3640, 36400)]


def svg(data: dict[str, list[Row]], lo: int, hi: int, *, width: int = 760) -> str:
    """The picture of [lo, hi) with the rows that the charts draw, on white."""
    plot = width - charts.AXIS - 12
    most = max([bar["y1"] for bar in data.get("bars", [])], default=0) or 1

    def x(ms: int) -> float:
        return round(charts.AXIS + (min(max(ms, lo), hi) - lo) / (hi - lo) * plot, 2)

    def y(n: float) -> float:
        return round(TOP + HEIGHT * (1 - n / most), 2)

    parts = [_box(x, row, 0, LANE, charts.PATTERNS[row["state"]]) for row in data.get("lane", [])]
    parts += [_box(x, row, TOP, HEIGHT, charts.PATTERNS[row["state"]], 0.75) for row in data.get("gaps", [])]
    colours = dict(charts.FILLS)
    for bar in data.get("bars", []):
        fill = colours.setdefault(bar["kind"], charts.SERIES[(len(colours) - 3) % len(charts.SERIES)])
        parts.append(_box(x, bar, y(bar["y1"]), y(bar["y0"]) - y(bar["y1"]), fill))
    parts += [_box(x, zero, TOP + HEIGHT - 2, 2, "#767676") for zero in data.get("zeros", [])]
    parts += [f'<path d="M{x(mark["t"])},15l4,5l-4,5l-4,-5z" fill="#D55E00"/>' for mark in data.get("noted", [])]
    parts += [_label(charts.AXIS - 6, TOP + 10, f"{most:,}", "end"), _label(charts.AXIS - 6, TOP + HEIGHT, "0", "end")]
    parts += [_label(x(at), TOP + HEIGHT + 15, text, "middle") for at, text in _ticks(lo, hi, plot)]
    parts.append(_label(charts.AXIS - 6, 11, "coverage", "end"))
    size = f'width="{width}" height="{TOP + HEIGHT + FOOT}"'
    frame = f'<path d="M{charts.AXIS},{TOP}v{HEIGHT}h{plot}" fill="none" stroke="#767676"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{patterns.DEFS}<rect {size} fill="white"/>'
        f"{''.join(parts)}{frame}</svg>"
    )


def _box(x: Any, row: Row, top: float, height: float, fill: str, opacity: float = 1) -> str:
    wide = max(x(row["t1"]) - x(row["t0"]), 0.5)
    return f'<rect x="{x(row["t0"])}" y="{top}" width="{wide:.2f}" height="{height:.2f}" fill="{fill}" opacity="{opacity}"/>'


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" font-family="DejaVu Sans, sans-serif" font-size="10" fill="#222" text-anchor="{anchor}">{text}</text>'


def _ticks(lo: int, hi: int, plot: int) -> list[tuple[int, str]]:
    step = next((s for s in _STEPS if (hi - lo) / s <= plot / 90), _STEPS[-1])
    ends = range(-(-lo // step) * step, hi, step)
    shown = "%d %b %Y" if step >= scale.DAY else "%d %b %H:%MZ" if step >= scale.MINUTE else "%H:%M:%SZ"
    return [(at, scale.from_ms(at).strftime(shown)) for at in ends]
