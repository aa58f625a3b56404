"""``evidence.jsonl``: one line per evidence object, written before anything in it is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ctforensics.case import journal
from ctforensics.case.folder import CaseFolder


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """What is known of one object as stored. ``sha256`` is of the stored bytes, ``content_sha256`` of the inflated content.

    ``path`` is relative to the root, with ``!/`` between a container and its member. ``metadata`` is the object's user
    metadata (a digest's signature stands there), ``acquired_at`` UTC text.
    """

    root: str
    path: str
    size: int
    sha256: str
    content_sha256: str = ""
    bucket: str | None = None
    key: str | None = None
    version_id: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    storage_class: str | None = None
    metadata: dict[str, str] | None = None
    encryption: str | None = None
    acquired_at: str | None = None

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> EvidenceLine:
        return cls(**{name: line[name] for name in cls.__slots__ if name in line})


def append(folder: CaseFolder, lines: Iterable[EvidenceLine]) -> None:
    """Adds lines to the register, synced before this returns."""
    journal.append(
        folder.register_file,
        ({name: value for name, value in asdict(line).items() if value is not None} for line in lines),
        chained=False,
    )


def read(folder: CaseFolder) -> Iterator[EvidenceLine]:
    """All lines, oldest first: a later line for the same root and path is what was seen later."""
    for line in journal.read(folder.register_file):
        yield EvidenceLine.from_json(line)
