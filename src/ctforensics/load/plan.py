"""What a load has to open: every root walked again, each object known, new, changed, or out of scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.evidence import roots as evidence_roots
from ctforensics.evidence.roots import Located
from ctforensics.load.scope import Scope
from ctforensics.trail import object_keys
from ctforensics.trail.object_keys import ObjectKey


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds of a path: its number, size, modification time, hash and outcome."""

    file_no: int
    size: int
    modified: datetime | None
    sha256: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Task:
    """One object to look at. ``left_out`` is the scope's reason, ``known`` what an earlier load saw under this path."""

    located: Located
    key: ObjectKey | None
    left_out: str | None = None
    known: Known | None = None


def located(folder: CaseFolder, roots: Iterable[Root]) -> Iterator[Located]:
    """Every object of every root."""
    for root in roots:
        yield from evidence_roots.walk(folder.where(root), root.label)


def tasks(found: Iterable[Located], scope: Scope, known: dict[tuple[str, str], Known]) -> Iterator[Task]:
    """What is to be done, for objects that are new, changed, or newly inside the scope."""
    for place in found:
        key = object_keys.parse(place.path)
        reason = scope.leaves_out(key)
        before = known.get((place.root, place.path))
        if before is None:
            yield Task(place, key, reason)
        elif before.outcome == "out_of_scope":
            if reason is None:
                yield Task(place, key, None, before)
        elif not _same(before, place):
            yield Task(place, key, None, before)


def _same(before: Known, place: Located) -> bool:
    if before.size != place.size:
        return False
    return before.modified is None or place.modified is None or before.modified == place.modified
