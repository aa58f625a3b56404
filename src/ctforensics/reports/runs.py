"""The newest verification run of a case, as it was saved in ``verification/``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ctforensics import clock
from ctforensics.case.folder import CaseFolder


@dataclass(frozen=True, slots=True)
class Run:
    """What a run concluded. Empty texts and None where no run is saved or it does not say."""

    name: str = ""
    authentic: str = ""
    complete: bool | None = None
    keys_from: str = ""
    since: datetime | None = None
    until: datetime | None = None


def newest(folder: CaseFolder) -> Run:
    """The run whose file name sorts last (names begin with their time)."""
    files = sorted(folder.verification.glob("*.json*")) if folder.verification.is_dir() else []
    return _read(files[-1].stem, files[-1].read_text("utf-8")) if files else Run()


def _read(name: str, text: str) -> Run:
    for line in text.splitlines():
        try:
            head = json.loads(line)
        except ValueError:
            continue
        if isinstance(head, dict) and "authentic" in head:
            return _of_head(name, head)
    return Run(name)


def _of_head(name: str, head: dict[str, Any]) -> Run:
    window = head.get("window") or {}
    since, until = (window.get("since"), window.get("until")) if isinstance(window, dict) else (None, None)
    return Run(
        name,
        str(head["authentic"]),
        head.get("complete"),
        str(head.get("keys_from") or ""),
        clock.parse_instant(since) if since else None,
        clock.parse_instant(until) if until else None,
    )
