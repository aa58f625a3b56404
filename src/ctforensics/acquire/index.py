"""A map of 64-bit numbers that does not grow in memory: an acquisition of millions of objects remembers where each one went."""

from __future__ import annotations

import sqlite3


class Index:
    """Number to number, kept in a private temporary file that goes away by itself. For one thread."""

    def __init__(self) -> None:
        self._con = sqlite3.connect("", isolation_level=None)  # an empty name: a temporary database on disk
        self._con.execute("PRAGMA journal_mode = OFF")
        self._con.execute("PRAGMA synchronous = OFF")
        self._con.execute("PRAGMA cache_size = -4096")
        self._con.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, value INTEGER NOT NULL)")

    def get(self, number: int) -> int | None:
        """The value of a number, or None."""
        row = self._con.execute("SELECT value FROM entries WHERE number = ?", (number,)).fetchone()
        return None if row is None else int(row[0])

    def __setitem__(self, number: int, value: int) -> None:
        self._con.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", (number, value))

    def __contains__(self, number: int) -> bool:
        return self.get(number) is not None

    def setdefault(self, number: int, value: int) -> int:
        """The value that is there, else this one, which is kept."""
        known = self.get(number)
        if known is None:
            self[number] = known = value
        return known
