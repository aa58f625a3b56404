"""The newest line of the register for each object, on disk: checking custody of millions of objects needs no more memory than of ten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from ctforensics.case.register import EvidenceLine

BATCH = 5000
INSIDE = "!/"


class Registered:
    """Hash and size by root and path, in a private temporary file that goes away by itself."""

    def __init__(self, lines: Iterable[EvidenceLine]) -> None:
        self._con = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -8192"):
            self._con.execute(f"PRAGMA {pragma}")
        self._con.execute(
            "CREATE TABLE lines (root TEXT, path BLOB, sha256 TEXT, size INTEGER, PRIMARY KEY (root, path)) WITHOUT ROWID"
        )
        rows = ((line.root, _key(line.path), line.sha256, line.size) for line in lines)
        while batch := list(islice(rows, BATCH)):
            self._con.execute("BEGIN")
            self._con.executemany("INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?)", batch)
            self._con.execute("COMMIT")

    def roots(self) -> list[str]:
        """Every root that has a line, in order."""
        return [str(row[0]) for row in self._con.execute("SELECT DISTINCT root FROM lines ORDER BY root")]

    def count(self, root: str) -> int:
        """How many lines of a root were not popped."""
        return int(self._con.execute("SELECT count(*) FROM lines WHERE root = ?", (root,)).fetchone()[0])

    def pop(self, root: str, path: str) -> tuple[str, int] | None:
        """Hash and size, once; None for a path without a line."""
        where = (root, _key(path))
        row = self._con.execute("SELECT sha256, size FROM lines WHERE root = ? AND path = ?", where).fetchone()
        if row is None:
            return None
        self._con.execute("DELETE FROM lines WHERE root = ? AND path = ?", where)
        return str(row[0]), int(row[1])

    def has_members(self, root: str, container: str) -> bool:
        """Whether a container has lines for what is inside it."""
        first = _key(container + INSIDE)
        query = "SELECT 1 FROM lines WHERE root = ? AND path >= ? AND path < ? LIMIT 1"
        return self._con.execute(query, (root, first, first[:-1] + b"0")).fetchone() is not None  # "0" follows "/"

    def any_members(self, root: str) -> bool:
        """Whether any line of a root is of something inside a container."""
        paths = self._con.execute("SELECT path FROM lines WHERE root = ?", (root,))
        return any(INSIDE.encode() in path for (path,) in paths)

    def left(self, root: str) -> Iterator[str]:
        """The paths that nobody popped, in order."""
        for (path,) in self._con.execute("SELECT path FROM lines WHERE root = ? ORDER BY path", (root,)):
            yield path.decode("utf-8", "surrogatepass")


def _key(path: str) -> bytes:
    """A path as bytes: names of other systems hold what is no Unicode."""
    return path.encode("utf-8", "surrogatepass")
