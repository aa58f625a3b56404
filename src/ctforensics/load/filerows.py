"""The rows of ``files`` as a reader fills them in, one object for each: a load has as many as there are files, so they cost little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

import pyarrow as pa

from ctforensics.evidence.door import Opened
from ctforensics.load.schema import FILES
from ctforensics.load.task import Task
from ctforensics.trail import object_keys


@dataclass(slots=True)
class FileRow:
    """One file, or one member of a container: what its name claims, then what was found. Names are those of the columns."""

    root: str
    path: str
    size: int
    modified_at: datetime | None
    account: str | None = None
    region: str | None = None
    organization: str | None = None
    delivered_at: datetime | None = None
    sha256: str | None = None
    content_sha256: str | None = None
    container: str | None = None
    flags: tuple[str, ...] | None = None
    kind: str | None = None
    source_form: str | None = None
    outcome: str | None = None
    reason: str | None = None
    records: int = 0
    rejected: int = 0
    sifted: int = 0
    first_event_time: datetime | None = None
    last_event_time: datetime | None = None
    verification: str = "not_checked"

    @classmethod
    def of(cls, task: Task, path: str) -> FileRow:
        """The row of a file before it is opened."""
        key = object_keys.parse(path)
        if key is None:
            return cls(task.root, path, task.size, task.modified)
        delivered = None if key.is_digest else key.stamp
        return cls(task.root, path, task.size, task.modified, key.account, key.region, key.organization, delivered)

    def opened(self, found: Opened) -> None:
        """Fills in what opening it told."""
        self.size, self.sha256, self.content_sha256 = found.stored_size, found.sha256, found.content_sha256
        self.container, self.flags = found.container, found.flags or None

    def whole(self, count: int, sifted: int = 0) -> None:
        """Fills in that it is a log file as CloudTrail writes it, with so many records, all of them taken or sifted out."""
        self.kind, self.source_form, self.outcome = "cloudtrail", "records", "loaded" if count else "empty"
        self.records, self.sifted = count, sifted

    def covers(self, first: datetime, last: datetime) -> None:
        """Widens the window of its events."""
        known, until = self.first_event_time, self.last_event_time
        self.first_event_time = first if known is None else min(first, known)
        self.last_event_time = last if until is None else max(last, until)


_FILLED = frozenset(FileRow.__slots__)


def table(rows: Sequence[FileRow]) -> pa.Table:
    """The rows as a table of ``FILES``; what a reader does not know (numbers, what settling counts) is null."""
    columns = [
        pa.array(list(map(attrgetter(field.name), rows)), field.type)
        if field.name in _FILLED
        else pa.nulls(len(rows), field.type)
        for field in FILES
    ]
    return pa.Table.from_arrays(columns, schema=FILES)
