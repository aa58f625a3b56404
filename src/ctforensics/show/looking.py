"""Looks at a range: charts, exact count and the page of rows in view in one answer; and looks that will probably be wanted next.

A step by a key leads from one range to one of a few others. The page asks for these while nobody waits (``ahead``) and keeps the
answers, so that the step itself needs no question: it shows numbers that were counted for exactly that range, and tells the
desk where it went (``at``). Each answer carries ``of``: load, notes and flags that it was made from. What was kept of another
state is thrown away.
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from typing import TYPE_CHECKING, Any

from ctforensics.show import drawing, paging, record, scale, where, wire
from ctforensics.show.session import Interrupted, TimelineSession, View

if TYPE_CHECKING:
    from ctforensics.show.desk import Desk

PAGE = 60
MOST_AHEAD, LONGEST_AHEAD = 12, 0.15  # looks, and seconds after which no further one is begun
Answer = dict[str, Any]


def look(desk: Desk, request: dict[str, Any]) -> Answer:
    """A new range, filter, stack or bucket: charts, exact count, the page of rows in view, in one answer."""
    session = desk.session
    with session.held():  # one view from the first number to the last
        _move(session, request)
        drawn = session.bars()
        answer = _answered(desk, session.view, drawn, request)
        answer["where"] = desk.shown_where()
        key = where.key(session.view.where)
        if key != desk.overview_of or request.get("overview"):
            # Over the whole span both charts show the same bars: one count serves both.
            whole = session.shows_whole_span()
            answer["overview"] = packed(drawn) | {"total": drawn["count"]} if whole else packed(session.overview())
            desk.overview_of = key  # only now: a query that was ended leaves the page without it
        if drawn["count"] == 0 and session.view.where:
            answer["without"] = _without(session)
        return answer


def at(desk: Desk, request: dict[str, Any]) -> Answer:
    """The page went to a view whose numbers it already holds: Python's range follows."""
    with desk.session.held():
        _move(desk.session, request)
        return {"of": state(desk)}


def ahead(desk: Desk, request: dict[str, Any]) -> Answer:
    """The looks at other ranges (``steps``: from and to) under the filter in force, as many as nobody else has to wait for.

    Empty ranges under a filter are left out, since their answer names the culprit; so is everything under a filter by stars.
    They cross deflated: Jupyter's server drops what a kernel says beyond 1 MB a second, and answers that are waited for come first.
    """
    session, looks = desk.session, []
    of, end = state(desk), time.monotonic() + LONGEST_AHEAD
    shown, own = desk.shown_where(), where.key(session.view.where)
    for lo, hi in request["steps"][:MOST_AHEAD]:
        if desk.waiting() or time.monotonic() > end:
            break
        try:
            with session.held():
                view = session.viewed(lo=int(lo), hi=int(hi))
                if where.key(view.where) != own or session.by_stars(view):
                    break
                drawn = session.bars(view)
                if drawn["count"] or not view.where:
                    looks.append(
                        {**_answered(desk, view, drawn, request), "where": shown, "for": [lo, hi, view.bucket]}
                    )
        except Interrupted:
            break
    # What was noted or loaded meanwhile may stand in some of them and not in others.
    return {"looks": deflated(looks if state(desk) == of else []), "of": of}


def deflated(value: Any) -> str:
    """A value as JSON, deflated (zlib), in base64."""
    return base64.b64encode(zlib.compress(json.dumps(value).encode(), 3)).decode()


def state(desk: Desk) -> str:
    """What an answer depends on besides range and filter: the load, the notes, whether late and duplicate events are known."""
    noted = desk.book.state() if desk.book else (0, 0)
    return f"{desk.opened}:{noted[0]}:{noted[1]}:{bool(desk.session.flagged(look=False))}"


def _move(session: TimelineSession, request: dict[str, Any]) -> None:
    changes: dict[str, Any] = {n: request[n] for n in ("lo", "hi", "stack", "bucket") if request.get(n) is not None}
    if "where" in request:
        changes["where"] = wire.incoming(session, request["where"])
    session.change(**changes)


def _answered(desk: Desk, view: View, drawn: Answer, request: dict[str, Any]) -> Answer:
    """What the page shows of a view: bars, count, positions, the rows in sight, coverage in words."""
    first, end = desk.session.positions(drawn["count"], view)
    top = _first_row(desk.session, request, first, end)
    return {
        **packed(drawn),
        "first": first,
        "end": end,
        "view": [view.lo, view.hi],
        "page": desk.paged(top, int(request.get("size", PAGE))),
        "coverage": desk.session.coverage(view),
        "stack": view.stack,
        "bucket": scale.words(drawn["step"]),
        "top": top,
        "of": state(desk),
    }


def _first_row(session: TimelineSession, request: dict[str, Any], first: int, end: int) -> int:
    """The row to show on top: that of a wanted event, or the wanted position, kept inside the range."""
    if request.get("key"):
        with session.held() as cursor:
            found = paging.find(cursor, record.checked_key(request["key"]))
        if found and found["seq"] is not None:
            return max(first, session.position_of(found["seq"]) - int(request.get("lead", 5)))
    wanted = request.get("top")
    return min(max(int(wanted) if wanted is not None else first, first), max(first, end - 1))


def _without(session: TimelineSession) -> list[dict[str, Any]]:
    """For an empty result: the count without each condition, so that the culprit shows."""
    kept, out = session.view.where, []
    for number, condition in enumerate(kept):
        view = session.viewed(where=kept[:number] + kept[number + 1 :])
        out.append({"condition": where.words([condition]), "count": session.bars(view)["count"]})
    return out


def packed(drawn: Answer) -> Answer:
    """Bars as short lists (from, to, series, base, count): a brush answer stays small."""
    names = drawn.get("series") or drawing.kind_names()
    places = {name: number for number, name in enumerate(names)}
    return {**drawn, "bars": [[b["t0"], b["t1"], places[b["kind"]], b["y0"], b["n"]] for b in drawn["bars"]]}
