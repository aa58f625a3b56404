"""Pieces of pages: every text from evidence escaped, with hidden characters made visible. Nothing of it is ever markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from ctforensics import cards
from ctforensics import visible as characters


def visible(value: Any, limit: int | None = None) -> str:
    """A value as text in which nothing hides; beyond ``limit`` characters it is cut and says how long it is."""
    if limit is not None and isinstance(value, str) and len(value) > limit:
        return f"{characters.visible(value[:limit])}… ({len(value):,} characters)"
    return characters.visible(value)


def escape(value: Any, limit: int | None = None) -> str:
    """``visible`` text with HTML's five special characters escaped; safe in text and in quoted attributes."""
    return html.escape(visible(value, limit), quote=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, limit: int = 500) -> str:
    """Rows as an HTML table of escaped text."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell, limit)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def json_script(text: str) -> str:
    """JSON text that may stand inside a script element: no ``</script>`` and no comment can begin in it."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def case_card(status: dict[str, Any]) -> str:
    """A case in a notebook: what is in it, how much of it is proven, and what is missing."""
    title = str(status.get("title") or status.get("case") or "case")
    if not status.get("loaded", True):
        return cards.card(title, sub="Nothing is loaded yet.")
    pairs = [
        ("window", f"{visible(status.get('since'))} to {visible(status.get('until'))} (UTC)"),
        ("files", f"{status.get('files', 0):,}"),
        ("events", f"{status.get('events', 0):,} ({status.get('duplicates', 0):,} duplicates beside them)"),
        ("rejects", f"{status.get('rejects', 0):,}"),
        ("accounts", ", ".join(map(str, status.get("accounts") or [])) or "-"),
        ("regions", ", ".join(map(str, status.get("regions") or [])) or "-"),
        ("integrity of events", counts(status.get("integrity"))),
        ("coverage in hours", counts(status.get("coverage"))),
    ]
    found = [f"{f.get('code')} {f.get('region') or ''}: {f.get('detail')}" for f in status.get("findings") or []]
    told = cards.heading(f"{len(found):,} integrity findings") + cards.bullets(found) if found else ""
    return cards.card(title, cards.facts(pairs), told, marks=["PRACTICE"] if status.get("practice") else [])


def counts(held: Any) -> str:
    """A dict of counts as ``1,204 ok, 3 fail``; a dash where there is none."""
    return ", ".join(f"{n:,} {name}" for name, n in held.items()) if isinstance(held, dict) and held else "-"
