"""Rows that wait on disk, in parts by a hash, so that two long lists can be matched part by part in little memory."""

from __future__ import annotations

import marshal
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PARTS = 64
_HELD = 4_096


class Spool:
    """Rows (tuples of text, bytes, numbers and None) in parts. They stay in memory until there are many.

    The caller appends to ``parts[first byte of the hash % PARTS]`` and says with ``added`` how many; nobody else reads the file,
    so its form (marshal) needs no care.
    """

    def __init__(self, file: Path) -> None:
        self.parts: list[list[Any]] = [[] for _ in range(PARTS)]
        self._file = file
        self._stream = file.open("w+b")
        self._written = [
            array("Q") for _ in range(PARTS)
        ]  # where rows of a part stand, how many bytes they take, in turns
        self._rows = array("Q", [0] * PARTS)
        self._held = 0
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def added(self, number: int) -> None:
        """Takes note of rows that were appended; writes everything down when too much is held."""
        self._length += number
        self._held += number
        if self._held >= _HELD:
            self._write()

    def _write(self) -> None:
        at = self._stream.seek(0, 2)
        for number, rows in enumerate(self.parts):
            if rows:
                data = marshal.dumps(rows)
                self._stream.write(data)
                self._written[number].extend((at, len(data)))
                self._rows[number] += len(rows)
                at += len(data)
                rows.clear()
        self._held = 0

    def rows_in(self, number: int) -> int:
        """How many rows one part has."""
        return self._rows[number] + len(self.parts[number])

    def part(self, number: int) -> list[Any]:
        """The rows of one part, in the order in which they came."""
        found: list[Any] = []
        for rows in self._pieces(number):
            found += rows
        return found

    def _pieces(self, number: int) -> Iterator[list[Any]]:
        written = iter(self._written[number])
        for at, length in zip(written, written, strict=True):
            self._stream.seek(at)
            yield marshal.loads(self._stream.read(length))
        yield self.parts[number]

    def spread(self, number: int, hash_of: Callable[[Any], bytes]) -> Spool:
        """The rows of a large part in a spool of their own, in parts by the next byte of their hash. Close it."""
        finer = Spool(self._file.with_name(f"{self._file.name}-{number}"))
        for rows in self._pieces(number):
            for row in rows:
                finer.parts[hash_of(row)[1] % PARTS].append(row)
            finer.added(len(rows))
        return finer

    def close(self) -> None:
        """Forgets the rows."""
        self._stream.close()
        self._file.unlink(missing_ok=True)


class Marks:
    """A set of texts and hashes that may say yes too often, never no too often; its size is fixed."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def __bool__(self) -> bool:
        return bool(self._bits)

    def add(self, value: bytes) -> bool:
        """Marks a value; whether it was marked already, or looks so."""
        self._bits = self._bits or bytearray(1 << 21)
        at = zlib.crc32(value) & 0xFFFFFF
        byte, bit = at >> 3, 1 << (at & 7)
        if self._bits[byte] & bit:
            return True
        self._bits[byte] |= bit
        return False

    def has(self, value: bytes) -> bool:
        """Whether a value was marked, or looks so."""
        at = zlib.crc32(value) & 0xFFFFFF
        return bool(self._bits) and bool(self._bits[at >> 3] & (1 << (at & 7)))
