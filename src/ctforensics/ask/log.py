"""The log of questions: what was asked when, with which parameters, and how many rows came. Best effort, never in the way."""

from __future__ import annotations

import contextlib
from typing import Any

from ctforensics import __version__, clock
from ctforensics.ask.formats import plain
from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError


def record(folder: CaseFolder, asked: str, params: dict[str, Any], rows: int, sql: str = "") -> None:
    """Adds one line to ``questions.jsonl``; a case that cannot be written is read without it."""
    line = {
        "at": clock.utc_text(clock.now()),
        "asked": asked,
        "params": {name: plain(value) for name, value in params.items()},
        "rows": rows,
        "version": __version__,
    }
    if sql:
        line["sql"] = sql
    with contextlib.suppress(CaseError, OSError):
        journal.append(folder.question_log, [line], chained=False)
