"""Records that were read with care, as columns: their canonical forms are walked as a log file of their own.

Exports hold whole records line by line, in lists, in envelopes and cells. Once each is in canonical form (``trail.fast``), the compiled walk
makes rows of many at once; what stands odd in its text, and what the walk declines, goes to ``row``, which is the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from ctforensics.load import compiled
from ctforensics.load.bulk import HEAD, TAIL
from ctforensics.load.compiled import PORTION
from ctforensics.load.schema import SOURCES, fitted
from ctforensics.logs.cloudtrail import Record

if TYPE_CHECKING:
    from ctforensics.load.taped import Walked

_FEW = 32  # records of which one is declined are not parted any further


class Portion(NamedTuple):
    """Rows of ``events`` and of ``event_sources`` for some records of a file, and their first and last event time."""

    events: pa.Table
    sources: pa.Table
    window: tuple[datetime, datetime]


def portions(records: list[Record], number: int, *, most: int) -> tuple[list[Portion], list[Record]]:
    """The rows of those records of file ``number`` that the walk takes, and the records that it does not take."""
    made: list[Portion] = []
    rest = [r for r in records if r.flags or not r.parsed.exact]
    plain = [r for r in records if not r.flags and r.parsed.exact]
    for fidelity, group in groupby(plain, key=lambda r: r.fidelity):
        for piece in _pieces(list(group)):
            rest += _walk(piece, number, fidelity, most, made)
    return made, rest


def _pieces(records: list[Record]) -> Iterator[list[Record]]:
    """The records in portions of so many bytes as the walk takes at once."""
    piece: list[Record] = []
    size = 0
    for record in records:
        if piece and size + len(record.parsed.form) > PORTION:
            yield piece
            piece, size = [], 0
        piece.append(record)
        size += len(record.parsed.form) + 1
    if piece:
        yield piece


def _walk(piece: list[Record], number: int, fidelity: str, most: int, made: list[Portion]) -> list[Record]:
    """Adds the rows of a piece; returns what was not taken. One record that is declined takes few others with it."""
    taped = compiled.taped(most=most)
    if taped.add(number, HEAD + b",".join(r.parsed.form for r in piece) + TAIL, None):
        walked, declined = taped.walk()
        if not declined:
            if len(walked.said):
                made.append(_portion(walked, piece, number, fidelity))
            return [piece[index] for index in walked.records[walked.odd, 1].tolist()]
    if len(piece) <= _FEW:
        return piece
    half = len(piece) // 2
    return _walk(piece[:half], number, fidelity, most, made) + _walk(piece[half:], number, fidelity, most, made)


def _portion(walked: Walked, piece: list[Record], number: int, fidelity: str) -> Portion:
    events, _ = walked.tables(())
    taken = [piece[index] for index in walked.said[:, 1].tolist()]
    count = len(taken)
    at = events.schema.get_field_index("fidelity")
    events = events.set_column(at, events.schema.field(at), fitted("fidelity", pa.repeat(fidelity, count)))
    sources = pa.Table.from_arrays(
        [
            events["event_key"],
            pa.array(np.full(count, number, np.int32)),
            pa.array([r.index for r in taken], pa.int32()),
            pa.array([r.offset for r in taken], pa.int64()),
            pa.array([r.length for r in taken], pa.int32()),
            pa.array([r.form for r in taken], pa.string()),
            pa.repeat(fidelity, count),
        ],
        schema=SOURCES,
    )
    return Portion(events, sources, walked.windows()[number])
