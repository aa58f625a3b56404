"""What commands print: tables, sentences and progress; evidence text never reaches the terminal as control codes."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.visible import visible as safe


def say(text: str) -> None:
    """One line of talk, on standard error."""
    print(safe(text), file=sys.stderr, flush=True)


def out(text: str = "") -> None:
    """One line of the answer, on standard output."""
    print(safe(text))


def page(lines: Iterable[str]) -> None:
    """Lines of a page on standard output; on a terminal long ones are folded between words, and what follows is set in."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in lines:
        for piece in folded(safe(line), width):
            print(piece)


def folded(line: str, width: int) -> list[str]:
    """A line in pieces of at most ``width`` characters (0: as it is); a word longer than that stays whole."""
    if not width or len(line) <= width:
        return [line]
    indent = len(line) - len(line.lstrip())
    return textwrap.wrap(
        line, width, subsequent_indent=" " * (indent + 4), break_long_words=False, break_on_hyphens=False
    )


def command() -> str:
    """How this program is called here: its name, or where it is not on the path, by this Python."""
    if shutil.which("ctforensics"):
        return "ctforensics"
    python, here = Path(sys.executable), Path.cwd()
    return f"{python.relative_to(here) if python.is_relative_to(here) else python} -m ctforensics"


def print_json(value: Any) -> None:
    """JSON alone on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=True, default=plain))


def plain(value: Any) -> Any:
    """What JSON cannot hold by itself: instants as UTC text, everything else as text."""
    if isinstance(value, datetime):
        return clock.utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, width: int | None = None) -> str:
    """Rows as aligned text; each cell is cut at ``width`` characters where a width is given."""
    cells = [[_cut(safe(_flat(value)), width) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[i]) for row in cells)]) for i, name in enumerate(columns)]
    lines = ["  ".join(name.ljust(w) for name, w in zip(columns, widths, strict=True)).rstrip()]
    lines.append("  ".join("-" * w for w in widths))
    lines += ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join(lines)


def _flat(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(safe(v) for v in value)
    return value


def _cut(text: str, width: int | None) -> str:
    return text if width is None or len(text) <= width else text[: width - 1] + "…"


class Progress:
    """A line on standard error that is rewritten while something long runs; silent where that is no terminal."""

    def __init__(self, what: str, unit: str) -> None:
        self.what, self.unit = what, unit
        self.started = time.monotonic()
        self.shown = 0.0
        self.on = sys.stderr.isatty()

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """Shows how far it is: at most five times a second, and not in the first second. What a note says is shown at once."""
        now = time.monotonic()
        if not self.on or (not note and (now - self.started < 1 or now - self.shown < 0.2)):
            return
        self.shown = now
        of = f" of {total:,}" if total else ""
        rate = done / max(now - self.started, 0.001)
        print(
            f"\r{self.what}: {done:,}{of} {self.unit}, {rate:,.0f} a second {safe(note)}\x1b[K",
            end="",
            file=sys.stderr,
            flush=True,
        )

    def end(self) -> None:
        """Clears the line."""
        if self.on and self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
