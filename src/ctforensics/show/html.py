"""Pieces of pages: every text from evidence escaped, with hidden characters made visible. Nothing of it is ever markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from ctforensics import cards
from ctforensics import visible as characters
from ctforensics.verify.outcome import words


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
    title = str(status.get("title") or status.get("case") or "Case")
    if not status.get("loaded", True):
        return cards.card(
            title, sub="Nothing is loaded yet: case.load(PATH), or on the command line: ctforensics load CASE PATH"
        )
    ledger = (
        f"{status.get('records', 0):,} = {status.get('events', 0):,} events + {status.get('duplicates', 0):,} duplicates"
        f" + {status.get('poorer_copies', 0):,} poorer copies + {status.get('rejected_records', 0):,} rejected"
    )
    sifted = status.get("sifted") or 0
    facts: list[tuple[str, Any]] = [
        ("window", f"{visible(status.get('since'))} to {visible(status.get('until'))} (UTC)"),
        ("files", f"{status.get('files', 0):,}: {counts(status.get('files_by_outcome'))}"),
        ("records", ledger + (f" + {sifted:,} sifted out" if sifted else "")),
        ("rejects", f"{status.get('rejects', 0):,}: {counts(status.get('rejects_by_reason'))}"),
        ("accounts", ", ".join(map(str, status.get("accounts") or [])) or "-"),
        ("regions", ", ".join(map(str, status.get("regions") or [])) or "-"),
        (
            "files by verification",
            counts(status.get("verification")) if status.get("verification") else "not verified: case.verify()",
        ),
        ("integrity of events", counts(status.get("integrity"))),
        ("coverage in hours", counts(status.get("coverage")) if status.get("coverage") else "not known: case.verify()"),
    ]
    if status.get("without_time"):
        facts.append(("without any time", f"{status['without_time']:,} events; every answer shows them apart"))
    if status.get("conflicts"):
        facts.append(("conflicts", f"{status['conflicts']:,} between copies of one event (table conflicts)"))
    return cards.card(
        title,
        cards.facts(facts),
        _found(status),
        sub=_people(status),
        marks=["PRACTICE"] if status.get("practice") else [],
    )


def _people(status: dict[str, Any]) -> str:
    examiner = status.get("examiner")
    return f"case {status.get('case', '')}" + (f", examiner {examiner}" if examiner else "")


def _found(status: dict[str, Any]) -> str:
    """The integrity findings, worst first; where there are none, what that means."""
    order = {"fail": 0, "incomplete": 1, "unknown": 2, "anomaly": 3}
    found = sorted(status.get("findings") or [], key=lambda f: order.get(str(f.get("class")), 4))
    lines = [
        f"{what}, {n:,} {'file' if n == 1 else 'files'}: {words(what.split()[0])}" for what, n in _bad_files(status)
    ]
    if not found and not lines:
        return cards.foot(["No integrity findings. That says something only of what was verified."])
    for each in found:
        place = " ".join(str(each[name]) for name in ("account", "region", "trail") if each.get(name))
        span = " to ".join(visible(each[name]) for name in ("since", "until") if each.get(name))
        told = ", ".join(part for part in (place, span) if part)
        lines.append(f"{each.get('code')} ({each.get('class')}) {told}: {visible(each.get('detail'), 300)}")
    word = "finding" if len(lines) == 1 else "findings"
    return cards.heading(f"{len(lines):,} integrity {word}") + cards.bullets(lines)


def _bad_files(status: dict[str, Any]) -> list[tuple[str, int]]:
    """Outcomes of files that failed or cannot be proven, as ``L_HASH (fail)``; those that failed first."""
    held = dict(status.get("verification") or {}).items()
    return [each for ending in ("(fail)", "(unknown)") for each in held if each[0].endswith(ending)]


def counts(held: Any) -> str:
    """A dict of counts as ``1,204 ok, 3 fail``; a dash where there is none."""
    return ", ".join(f"{n:,} {name}" for name, n in held.items()) if isinstance(held, dict) and held else "-"
