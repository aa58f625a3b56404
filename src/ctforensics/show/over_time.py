"""Any answer with a column of times as a histogram, in the timeline's look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ctforensics.show import charts, drawing, scale


def time_column(columns: Any, rows: Any) -> str | None:
    """The column that holds an answer's times: ``event_time``, else the first whose first value is an instant."""
    names = list(columns)
    ordered = [n for n in names if n == "event_time"] + [n for n in names if n != "event_time"]
    for name in ordered:
        first = next((value for value in rows[name] if value is not None and value == value), None)
        if isinstance(first, datetime):
            return str(name)
    return None


def spec(answer: Any, *, width: int = 760) -> dict[str, Any] | None:
    """A Vega-Lite spec of an answer's rows by bucket (by outcome where it has that column); None without times."""
    column = time_column(answer.columns, answer)
    if column is None:
        return None
    stamps = [
        scale.to_ms(value.to_pydatetime()) if hasattr(value, "to_pydatetime") else scale.to_ms(value)
        for value in answer[column]
        if value == value
    ]
    outcomes = list(answer["outcome"]) if "outcome" in answer.columns else [None] * len(answer)
    kinds = [0 if outcome in ("denied", "failed") else 2 for outcome in outcomes]
    lo, hi = min(stamps), max(stamps) + scale.SECOND
    step = scale.bucket_for(lo, hi, 120)
    counted: dict[tuple[int, int], int] = {}
    for at, kind in zip(stamps, kinds, strict=False):
        place = (at // step * step, kind)
        counted[place] = counted.get(place, 0) + 1
    bars = drawing.bar_rows([(t, k, n) for (t, k), n in sorted(counted.items())], ["failed", "", "rows"], lo, hi, step)
    series = {"failed": charts.COLOURS["error"], "rows": charts.COLOURS["read"]}
    made = charts.spec(charts.histogram(height=140, series=series, title="rows"), lo, hi, width=width)
    made["background"] = "white"
    made["datasets"] = {"bars": bars, "zeros": [], "cuts": [], "gaps": []}
    return made
