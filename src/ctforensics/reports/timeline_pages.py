"""The timeline in a report: how much happened when, with gaps hatched; and swimlanes of who handed over to whom."""

from __future__ import annotations

from typing import Any

from ctforensics.reports import pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece, Pieces
from ctforensics.show import charts, page
from ctforensics.show.scale import ms_text
from ctforensics.show.where import words as where_words
from ctforensics.trail.tables import KIND_SQL

# The kinds are those of the chart above the table.
_DAYS = f"""SELECT date_trunc('day', event_time)::DATE AS day, count(*) AS events,
  count(*) FILTER ({KIND_SQL} = 0) AS refused_or_failed, count(*) FILTER ({KIND_SQL} = 1) AS writes, count(*) FILTER ({KIND_SQL} = 2) AS reads
FROM events WHERE event_time_basis <> 'none' GROUP BY ALL ORDER BY day"""


def section(held: Held, *, since: str = "", until: str = "", where: list[dict[str, Any]] | None = None) -> Pieces:
    """The section “Timeline”: the chart of the window and the days as a table."""
    made = [chart(held, since=since, until=until, where=where)]
    days = "Events by day (UTC), the whole case" if since or until else "Events by day (UTC)"
    made.append(held.table(held.rows("Events by day", _DAYS), days, limit=62))
    return Pieces(made)


def of_value(held: Held, field: str, value: str, *, since: str = "", until: str = "") -> Pieces:
    """The chart of the events with one value; where there are none, that is said beside the coverage."""
    from ctforensics.errors import ForensicsError
    from ctforensics.reports.coverage_pages import statement

    where = [{"field": field, "is": [value]}]
    try:
        return Pieces([chart(held, since=since, until=until, where=where, caption=f"Events of {value} over time")])
    except ForensicsError as error:
        return Pieces([pieces.callout("incomplete", f"No chart: {error.message} {statement(held)}")])


def chart(
    held: Held, *, since: str = "", until: str = "", where: list[dict[str, Any]] | None = None, caption: str = ""
) -> Piece:
    """The timeline's own chart, as the widget and the timeline page draw it."""
    session = page.opened(held.case.room, since=since or None, until=until or None, where=where)
    try:
        count = session.bars()["count"]
        spec = charts.picture(page.datasets(session), session.view.lo, session.view.hi, width=690, key=True)
        span = f"from {ms_text(session.view.lo)} until {ms_text(_whole(session.view.hi))}"
        said = f"{counted(count, 'event')} {span}, {where_words(session.view.where)}"
        lacking = f"coverage, each moment in its worst state: {session.coverage()}"
        sql, values = session.sql()
    finally:
        session.close()
    drawn = held.rows("Events that the chart counts", f"SELECT count(*) AS events FROM ({sql})", **values).statement
    marks = ", findings as marks" if spec["datasets"]["noted"] else ""
    words = caption or f"Events over time; errors at the base, then writes, then reads; coverage above{marks}"
    return pieces.chart(_light(spec), caption=words, alt=f"{said}; {lacking}. Source: {drawn.label}.")


def _whole(ms: int) -> int:
    """The end of a span on the second: CloudTrail's times have no fractions, and the millisecond behind the last event is none of it."""
    return -(-ms // 1000) * 1000


def _light(spec: dict[str, Any]) -> dict[str, Any]:
    return {**spec, "config": {**spec.get("config", {}), "background": None}}
