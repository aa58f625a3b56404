"""A map of 64-bit numbers that does not grow in memory: an acquisition of millions of objects remembers where each one went."""

from __future__ import annotations

import sqlite3

RECENT = 8192  # entries in memory before they are written together
BITS = 1 << 24  # of the filter: two megabytes that say of most numbers that they were never here


class Index:
    """Number to number, kept in a private temporary file that goes away by itself. For one thread.

    Most questions are about numbers that are not here. A filter answers them without asking the file, which would also let
    every other thread go first.
    """

    def __init__(self) -> None:
        self._con = sqlite3.connect("", isolation_level=None)  # an empty name: a temporary database on disk
        self._con.execute("PRAGMA journal_mode = OFF")
        self._con.execute("PRAGMA synchronous = OFF")
        self._con.execute("PRAGMA cache_size = -1024")
        self._con.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, value INTEGER NOT NULL)")
        self._recent: dict[int, int] = {}
        self._filter = bytearray(BITS // 8)

    def get(self, number: int) -> int | None:
        """The value of a number, or None."""
        recent = self._recent.get(number)
        if recent is not None:
            return recent
        if not all(self._filter[bit >> 3] & 1 << (bit & 7) for bit in _bits(number)):
            return None
        row = self._con.execute("SELECT value FROM entries WHERE number = ?", (number,)).fetchone()
        return None if row is None else int(row[0])

    def __setitem__(self, number: int, value: int) -> None:
        self._recent[number] = value
        for bit in _bits(number):
            self._filter[bit >> 3] |= 1 << (bit & 7)
        if len(self._recent) >= RECENT:
            self._con.execute("BEGIN")
            self._con.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?)", sorted(self._recent.items()))
            self._con.execute("COMMIT")
            self._recent.clear()

    def __contains__(self, number: int) -> bool:
        return self.get(number) is not None

    def setdefault(self, number: int, value: int) -> int:
        """The value that is there, else this one, which is kept."""
        known = self.get(number)
        if known is None:
            self[number] = known = value
        return known


def _bits(number: int) -> tuple[int, int]:
    return number % BITS, (number >> 32) % BITS
