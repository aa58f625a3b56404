"""What a load has to open: every root walked again, each object known, new, changed, or out of scope."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from ctforensics.case.folder import CaseFolder
from ctforensics.case.manifest import Root
from ctforensics.evidence import roots as evidence_roots
from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import Located
from ctforensics.load.options import Options
from ctforensics.load.task import Task
from ctforensics.trail import object_keys

CHUNK_BYTES = 600_000
CHUNK_FILES = 1000
_UNCOUNTED = 2048  # the first bytes of a file: small ones hold less than their size tells, and a chunk of few records costs as much


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds of a path: its number, size, modification time, hash, and whether it was taken in whole."""

    file_no: int
    size: int
    modified: datetime | None
    sha256: str | None
    outcome: str
    sifted: int
    generation: int


@dataclass(slots=True)
class Plan:
    """The objects to look at, and what the walk met: ``seen`` paths, rows to be replaced, known paths by root and path.

    ``wider``: something that was beyond the limits of the last load may be within those of this one.
    """

    known: dict[tuple[str, str], Known]
    options: Options
    generation: int
    new_values: bool
    wider: bool = False
    seen: set[tuple[str, str]] = field(default_factory=set)
    replaced: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    inside: dict[tuple[str, str], list[tuple[str, Known]]] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        con: duckdb.DuckDBPyConnection,
        options: Options,
        generation: int,
        sifted_by: str | None,
        limited_by: str | None,
    ) -> Plan:
        """What the database holds of each path: the newest row where a path was seen with several contents.

        ``generation`` is the one that is made, ``sifted_by`` the JSON list of the values that were looked for until now,
        ``limited_by`` the limits of the last load as JSON.
        """
        rows = con.execute("""SELECT root, path, file_no, size, modified_at, sha256, outcome, coalesce(sifted, 0), generation
            FROM files ORDER BY file_no""")
        made = cls({}, options, generation, bool(set(options.values or ()) - set(json.loads(sifted_by or "[]"))))
        made.wider = options.limits.is_wider_than(Limits.of_json(limited_by))
        for root, path, *facts in rows.fetchall():
            made.known[root, path] = Known(*facts)
            at = path.find("!/")
            while at >= 0:
                made.inside.setdefault((root, path[:at]), []).append((path, made.known[root, path]))
                at = path.find("!/", at + 2)
        return made

    def tasks(self, folder: CaseFolder, roots: Iterable[Root]) -> Iterator[Task]:
        """What is new, changed, or newly inside the scope, root by root."""
        for root in roots:
            place = folder.where(root)
            for found in evidence_roots.walk(place, root.label):
                task = self._task(found, str(place))
                if task:
                    yield task

    def _task(self, found: Located, place: str) -> Task | None:
        path = (found.root, found.path)
        if path in self.seen:  # each place is read once
            return None
        self.seen.add(path)
        scope = self.options.scope
        reason = None if scope.is_whole else scope.leaves_out(object_keys.parse(found.path))
        before = self.known.get(path)
        again, sha256 = False, None
        if before is not None:
            if before.outcome == "out_of_scope":
                if reason is not None:
                    return None
                self.replaced[path] = [before.file_no]
            elif before.outcome == "rejected" and before.sha256 is None and not found.refused:
                self.replaced[path] = [before.file_no]  # it could not be opened then; perhaps it can now
            elif self._wanted_again(path, before):
                self.replaced[path] = [before.file_no, *(known.file_no for _, known in self.inside.get(path, ()))]
                again, sha256, reason = True, before.sha256, None
            elif before.size == found.size and before.modified == found.modified:
                return None
            else:
                sha256, reason = before.sha256, None
        size, modified, refused, file = found.size, found.modified, found.refused, found.file_name
        return Task(*path, size, modified, refused, file, place, reason, sha256, again)

    def _wanted_again(self, path: tuple[str, str], before: Known) -> bool:
        """Whether a file that was taken in part has to be read again: sifted, beyond a limit, or a container with members left out.

        A sifted file is read again where everything or further values are wanted, unless this load did so before it was killed.
        """
        return self._taken_otherwise(before) or any(
            self._taken_otherwise(known)
            or (known.outcome == "out_of_scope" and self.options.scope.leaves_out(object_keys.parse(member)) is None)
            for member, known in self.inside.get(path, ())
        )

    def _taken_otherwise(self, before: Known) -> bool:
        """Whether records were left in a file that might match now, or be within the limits."""
        if self.wider and before.outcome in ("rejected", "partial") and before.generation < self.generation:
            return True
        return bool(before.sifted) and (
            self.options.values is None or (self.new_values and before.generation < self.generation)
        )


def chunks(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """Tasks in portions that a worker reads at once: so many bytes or so many files."""
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += max(0, task.size - _UNCOUNTED)
        if size >= CHUNK_BYTES or len(chunk) >= CHUNK_FILES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
