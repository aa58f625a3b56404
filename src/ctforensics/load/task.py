"""One object that a load has to look at, in a form that travels to a worker process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from ctforensics.errors import EvidenceError
from ctforensics.evidence import roots
from ctforensics.evidence.roots import Located


class Task(msgspec.Struct, frozen=True):
    """``place`` is where the root stands, ``file`` the object's own path where it is a file of its own.

    ``left_out`` is the scope's reason; ``sha256`` what an earlier load saw under this path; ``again`` asks to read it even if
    nothing changed (it comes into the scope, or was sifted).
    """

    root: str
    path: str
    size: int
    modified: datetime | None
    refused: str | None
    file: str | None
    place: str
    left_out: str | None = None
    sha256: str | None = None
    again: bool = False

    def located(self) -> Located:
        """The object, to be opened. Raises EvidenceError where it is no longer there."""
        if self.refused:
            return Located(self.root, self.path, self.size, refused=self.refused)
        if self.file is not None:
            return Located(self.root, self.path, self.size, self.modified, file=self.file)
        found = _members(self.place, self.root).get(self.path)
        if found is None:
            raise EvidenceError("The container no longer holds it.", where=self.path)
        return found


_archives: dict[tuple[str, str], tuple[tuple[int, ...], dict[str, Located]]] = {}


def _members(place: str, label: str) -> dict[str, Located]:
    """The members of a container that is a root by itself, listed once in each process as long as it stays the same file."""
    try:
        now = Path(place).stat()
    except OSError as error:
        raise EvidenceError(f"Cannot be read: {error.strerror}.", where=place) from error
    identity = (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns)
    known = _archives.get((place, label))
    if known is None or known[0] != identity:
        try:
            known = _archives[place, label] = (identity, roots.members(Path(place), label))
        except roots.DAMAGED as error:
            raise EvidenceError(f"The container cannot be read: {error}.", where=place) from error
    return known[1]
