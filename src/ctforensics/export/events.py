"""Events of a case as files for other tools: JSON lines of the original records, Parquet, CSV, Timesketch JSON lines."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ctforensics import hashing, placing
from ctforensics.ask import timesketch
from ctforensics.ask.formats import neutral, shown
from ctforensics.ask.room import Room
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError, ParameterError
from ctforensics.export import selection
from ctforensics.originals.records import line_of
from ctforensics.trail.columns import COLUMN_NAMES

FORMATS = ("jsonl", "parquet", "csv", "timesketch")
_ALL = "TRUE"
_COLUMNS = ", ".join(f"event_key::VARCHAR AS {name}" if name == "event_key" else name for name in COLUMN_NAMES)


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export: the file, how many events, its SHA-256, and how many records had to be rebuilt from columns."""

    path: Path
    events: int
    sha256: str
    rebuilt: int = 0


def export(folder: CaseFolder, room: Room, target: Path, *, format: str, where: str = "") -> Exported:
    """Writes the chosen events whole or not at all. Raises ParameterError for an unknown format, CaseError for a bad place."""
    if format not in FORMATS:
        raise ParameterError(f"There is no export format {format!r}.", hint=f"One of {', '.join(FORMATS)}.")
    condition = where.strip() or _ALL
    chosen = selection.keys(room, condition) if where.strip() else None  # judges the condition in the locked room
    waiting = placing.waiting(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        count, rebuilt = _WRITERS[format](folder, room, waiting, condition, chosen)
        with waiting.open("rb") as stream:
            sha256, _ = hashing.sha256_stream(stream)
        os.replace(waiting, target)
    except OSError as error:
        raise CaseError(f"The export cannot be written: {error.strerror}.", where=str(target)) from error
    finally:
        waiting.unlink(missing_ok=True)
    return Exported(target, count, sha256, rebuilt)


def _jsonl(folder: CaseFolder, room: Room, path: Path, where: str, chosen: set[str] | None) -> tuple[int, int]:
    """Each record as it stood where its bytes are one line; else the same JSON on one line."""
    count = rebuilt = 0
    with path.open("wb") as out:
        for original in selection.records(folder, chosen):
            out.write(line_of(original) + b"\n")
            count += 1
            rebuilt += original.basis == "rebuilt"
    return count, rebuilt


def _parquet(folder: CaseFolder, room: Room, path: Path, where: str, chosen: set[str] | None) -> tuple[int, int]:
    import pyarrow.parquet

    with room.asking() as cursor:
        found = cursor.sql(f"SELECT {_COLUMNS} FROM events WHERE ({where}\n) ORDER BY event_time, event_id, event_key")
        reader = found.to_arrow_reader(50_000)
        count = 0
        with pyarrow.parquet.ParquetWriter(path, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
                count += batch.num_rows
    return count, 0


def _csv(folder: CaseFolder, room: Room, path: Path, where: str, chosen: set[str] | None) -> tuple[int, int]:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(COLUMN_NAMES)
        for row in selection.rows(room, where, _COLUMNS):
            writer.writerow([neutral(shown(value)) for value in row.values()])
            count += 1
    return count, 0


def _timesketch(folder: CaseFolder, room: Room, path: Path, where: str, chosen: set[str] | None) -> tuple[int, int]:
    count = 0
    with path.open("w", encoding="utf-8") as stream:
        for row in selection.rows(room, where, timesketch.COLUMNS):
            stream.write(timesketch.line(row))
            count += 1
    return count, 0


_Writer = Callable[[CaseFolder, Room, Path, str, "set[str] | None"], tuple[int, int]]
_WRITERS: dict[str, _Writer] = {"jsonl": _jsonl, "parquet": _parquet, "csv": _csv, "timesketch": _timesketch}
