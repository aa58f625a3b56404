"""Rows that wait on disk, in parts by a hash, so that two long lists can be matched part by part in little memory."""

from __future__ import annotations

import marshal
import zlib
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
        self._written: list[list[tuple[int, int]]] = [[] for _ in range(PARTS)]
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
        self._stream.seek(0, 2)
        for rows, written in zip(self.parts, self._written, strict=True):
            if rows:
                data = marshal.dumps(rows)
                written.append((self._stream.tell(), len(data)))
                self._stream.write(data)
                rows.clear()
        self._held = 0

    def part(self, number: int) -> list[Any]:
        """The rows of one part, in the order in which they came."""
        found: list[Any] = []
        for at, length in self._written[number]:
            self._stream.seek(at)
            found += marshal.loads(self._stream.read(length))
        return found + self.parts[number]

    def close(self) -> None:
        """Forgets the rows."""
        self._stream.close()


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
