"""Many log files at once by the compiled walk of ``load.tape``: the rows of ``events`` and ``event_sources`` as Arrow tables.

A record that columns cannot repeat as it is goes to ``row``, which is the reference; so does, through the reader, a whole file that the
walk declines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from ctforensics.load import about, row, tape
from ctforensics.load.bulk import HEAD
from ctforensics.load.columns import Array, Columns
from ctforensics.load.compiled import PORTION
from ctforensics.load.schema import EVENTS, SOURCES, empty, table_of
from ctforensics.trail import fast

_LARGEST = 1 << 26
_LEAST = len('{"eventVersion":1,"eventSource":"","eventName":""}')  # no record that the walk takes is shorter


class Buffers:
    """Memory for one portion of text after the other: taken from the system once, as new pages cost more than the walk."""

    def __init__(self) -> None:
        self._held: dict[str, Array] = {}

    def get(self, name: str, count: int, dtype: Any, *more: int) -> Array:
        """An array of ``count`` elements (times the sizes of further axes), its content undefined."""
        held = self._held.get(name)
        if held is None or len(held) < count:
            held = self._held[name] = np.empty((count + count // 4, *more), dtype)
        return held[:count]


_buffers = Buffers()


class Taped:
    """Collects the contents of many files and gives their records as Arrow tables."""

    def __init__(self, *, keep_raw: bool, most: int) -> None:
        self.keep_raw, self.most = keep_raw, most
        self.files: list[int] = []
        self.contents: list[bytes] = []
        self.delivered: list[datetime | None] = []
        self.size = 0

    def add(self, file: int, content: bytes, delivered: datetime | None) -> bool:
        """Takes a content, if it looks as one that the walk may know."""
        if not content.startswith(HEAD) or len(content) > _LARGEST or not _is_utf8(content):
            return False
        self.files.append(file)
        self.contents.append(content)
        self.delivered.append(delivered)
        self.size += len(content)
        return True

    @property
    def full(self) -> bool:
        """Whether it is time to walk."""
        return self.size >= PORTION

    def walk(self) -> tuple[Walked, list[int]]:
        """What the walk found, and the numbers of the files that it declined."""
        walked = Walked(self)
        return walked, [file for file, status in zip(self.files, walked.status.tolist(), strict=True) if not status]


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Walked:
    """The records of some files as the walk left them in the buffers: valid until the next walk of this process."""

    def __init__(self, taken: Taped) -> None:
        self.taken = taken
        bounds = np.cumsum([0, *map(len, taken.contents)])
        files, get = len(taken.contents), _buffers.get
        most = int(bounds[-1]) // _LEAST + files
        self.text = text = get("text", int(bounds[-1]), np.uint8)
        fields = len(tape.FIELDS)
        for begin, content in zip(bounds.tolist(), taken.contents, strict=False):
            text[begin : begin + len(content)] = np.frombuffer(content, np.uint8)
        self.canon = get("canon", len(text) + 1, np.uint8)
        self.status = np.zeros(files, np.uint8)
        records, odd = get("records", most, np.int64, 6), get("odd", most, np.uint8)
        places, kinds = get("spans", most, np.int32, fields, 2), get("kinds", most, np.uint8, fields)
        times, place = get("times", most, np.int64), np.zeros(1, np.int64)
        told, abouts = get("told", most, np.uint8), get("abouts", most, np.int32, len(about.COLUMNS), 2)
        into = (self.canon, self.status, place, records, places, kinds, odd, times, told, abouts)
        count = tape.walk(text, bounds, taken.most, *into)
        self.records = records[:count]
        whole = np.flatnonzero(odd[:count] == 0)
        self.odd = np.flatnonzero(odd[:count])
        rows = slice(count) if len(whole) == count else whole
        self.said, self.spans, self.kinds = records[rows], places[rows], kinds[rows]
        self.times, self.told, self.abouts = times[rows], told[rows], abouts[rows]

    def counts(self) -> dict[int, int]:
        """How many records each file that was read holds."""
        found = np.bincount(self.records[:, 0], minlength=len(self.status))
        read = zip(self.taken.files, self.status.tolist(), found.tolist(), strict=True)
        return {file: count for file, status, count in read if status}

    def windows(self) -> dict[int, tuple[datetime, datetime]]:
        """First and last event time of each file that has any, odd records left out (``odd_rows`` tells theirs)."""
        if not len(self.said):
            return {}
        files = self.said[:, 0]
        starts = np.flatnonzero(np.r_[True, files[1:] != files[:-1]])
        stamps = self.times.astype("M8[us]")
        first, last = np.minimum.reduceat(stamps, starts), np.maximum.reduceat(stamps, starts)
        numbers = [self.taken.files[f] for f in files[starts].tolist()]
        return dict(zip(numbers, zip(first.tolist(), last.tolist(), strict=True), strict=True))

    def raw(self, record: Array) -> bytes:
        """The text of a record as it stands in its file."""
        content, begin = self.taken.contents[record[0]], int(record[2])
        return content[begin : begin + int(record[3])]

    def odd_rows(self) -> list[tuple[int, dict[str, Any]]]:
        """The rows of the records that columns cannot repeat, with the number of their file."""
        made = []
        for record in self.records[self.odd]:
            raw, file = self.raw(record), int(record[0])
            parsed = fast.parse(raw)
            text = raw.decode() if self.taken.keep_raw or not parsed.exact else None
            found = row.make(parsed, delivered=self.taken.delivered[file], fidelity="full", keep_text=text)
            made.append((self.taken.files[file], found))
        return made

    def tables(self, odd: Sequence[tuple[int, dict[str, Any]]]) -> tuple[pa.Table, pa.Table]:
        """Rows of ``events`` (one for each record, duplicates included) and of ``event_sources``, in the same order."""
        events = empty(EVENTS)
        if len(self.said):
            made = Columns(self).made()
            events = pa.Table.from_arrays([made[f.name] for f in EVENTS], schema=EVENTS)
        if odd:
            events = pa.concat_tables([events, table_of([found for _, found in odd], EVENTS)])
        records = np.concatenate((self.said, self.records[self.odd])) if odd else self.said
        count = len(records)
        numbers = np.array(self.taken.files, np.int32)
        sources = pa.Table.from_arrays(
            [
                events["event_key"],
                pa.array(numbers[records[:, 0]]),
                pa.array(records[:, 1].astype(np.int32)),
                pa.array(records[:, 2].copy()),
                pa.array(records[:, 3].astype(np.int32)),
                pa.repeat("records", count),
                pa.repeat("full", count),
            ],
            schema=SOURCES,
        )
        return events, sources
