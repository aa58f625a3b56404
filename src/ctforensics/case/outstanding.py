"""What an acquisition planned and does not have: archived, refused, gone. One list for each run, ``acquisition/wanted-TIME.jsonl``.

Each line has ``bucket``, ``key``, ``version_id``, ``size``, ``storage_class``, ``outcome`` (archived, refused, missing) and
``reason``, a sentence without its full stop. An object that a later run brought stays in the older list and is here no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ctforensics import clock
from ctforensics.case import journal, register
from ctforensics.case.folder import CaseFolder


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One object that was planned and is not here."""

    bucket: str
    key: str
    version_id: str | None
    size: int
    storage_class: str
    outcome: str
    reason: str


def new_file(folder: CaseFolder) -> Path:
    """The list of a run that begins now."""
    return folder.path / "acquisition" / f"wanted-{clock.now():%Y%m%dT%H%M%S}.jsonl"


@contextmanager
def writing(file: Path) -> Iterator[Callable[[Outstanding], None]]:
    """Writes a run's list; leaves no file where there is nothing to write."""
    with file.open("w", encoding="utf-8") as stream:
        yield lambda one: print(json.dumps(asdict(one)), file=stream)
    if file.stat().st_size == 0:
        file.unlink()


def read(folder: CaseFolder) -> dict[tuple[str, str], Outstanding]:
    """By bucket and key, everything that any acquisition of the case planned and none brought; the newest word counts.

    Older versions that could not be had stand in the lists alone: nobody else knows them by their key.
    """
    found: dict[tuple[str, str], Outstanding] = {}
    for file in sorted((folder.path / "acquisition").glob("wanted-*.jsonl")):
        for line in journal.read(file):
            one = Outstanding(**{name: line[name] for name in Outstanding.__slots__ if name in line})
            if one.version_id is None:
                found[one.bucket, one.key] = one
    if found:
        for held in register.read(folder):
            if held.bucket and held.key and not is_older(held.path):
                found.pop((held.bucket, held.key), None)
    return found


def is_older(path: str) -> bool:
    """Whether a place in the evidence, or inside a tar in there, is that of an older version or of another content."""
    return (path.partition("!/")[2] or path).startswith("_versions/")


def unlisted(folder: CaseFolder) -> list[dict[str, Any]]:
    """Prefixes that the newest acquisition of each source could not list, each with its ``source`` and ``reason``."""
    newest: dict[str, list[dict[str, Any]]] = {}
    for line in journal.read(folder.custody_file):
        if line.get("action") == "acquire" and line.get("state") in ("done", "stopped") and "not_listed" in line:
            newest[str(line.get("source"))] = [{**told, "source": line.get("source")} for told in line["not_listed"]]
    return [told for listed in newest.values() for told in listed]
