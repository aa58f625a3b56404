"""What was clicked, as code: the notebook cell, the magic, and the facts of a snapshot that repeat it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ctforensics import __version__, clock
from ctforensics.show import scale
from ctforensics.show.session import TimelineSession


def python(session: TimelineSession) -> str:
    """A cell that opens the same view again."""
    view = session.view
    lines = [f'    since="{scale.ms_text(view.lo)}",', f'    until="{scale.ms_text(view.hi)}",']
    lines += [f"    where={view.where!a},"] if view.where else []
    lines += [f'    stack="{view.stack}",'] if view.stack != "kind" else []
    return "timeline = case.timeline(\n" + "\n".join(lines) + "\n)\ntimeline"


def magic(session: TimelineSession) -> str:
    """A ``%%ct`` cell whose statement selects the same events; the values stand above it as Python, bound by name."""
    statement, values = session.sql()
    bound = "\n".join(f"{name} = {_literal(value)}" for name, value in values.items())
    return f"{bound}\n# next cell:\n%%ct\n{statement}"


def _literal(value: Any) -> str:
    return repr(clock.utc_text(value)) if isinstance(value, datetime) else ascii(value)


def facts(session: TimelineSession, evidence: str = "") -> dict[str, Any]:
    """A view as an exhibit states it: statement, values, count, coverage, versions."""
    statement, values = session.sql()
    return {
        "sql": statement,
        "values": {name: clock.utc_text(v) if isinstance(v, datetime) else v for name, v in values.items()},
        "count": session.bars()["count"],
        "of": session.extent.events,
        "coverage": session.coverage(),
        "evidence": evidence,
        "version": __version__,
    }
