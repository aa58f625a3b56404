"""The records as they stood, in time order: bytes read again from the evidence at offset and length, and hashed again."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from ctforensics.case import generation
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError, EvidenceError
from ctforensics.evidence import door, roots
from ctforensics.evidence.roots import Located
from ctforensics.originals.rebuild import record_from_row
from ctforensics.trail import canonical, fast
from ctforensics.unwrap import envelope

_AT_ONCE = 5000
_COLUMNS = """SELECT s.event_key, s.file_no, s.record_index, s.byte_offset, s.byte_length, s.container, e.event_time
    FROM {db}event_sources s JOIN {db}events e USING (event_key)
    WHERE s.fidelity = e.fidelity {where}
    {distinct} ORDER BY e.event_time, e.event_id NULLS FIRST, s.event_key, s.file_no, s.record_index"""
_FIRST_ONLY = "QUALIFY row_number() OVER (PARTITION BY s.event_key ORDER BY s.file_no, s.record_index) = 1"


class Original(NamedTuple):
    """One record: its key, the record as a dict, its bytes, and whether they came from the ``evidence`` or were ``rebuilt``.

    ``raw`` is the text that stood in the file (the envelope's, where there was one); empty for a rebuilt record.
    """

    event_key: str
    record: dict[str, Any]
    raw: bytes
    basis: str


def records(folder: CaseFolder, *, distinct: bool = False) -> Iterator[dict[str, Any]]:
    """Every loaded record as a dict, in time order, as often as it stood in the evidence (once each with ``distinct``).

    Warns at the end where the evidence of some was not at hand and they were rebuilt from the columns.
    """
    rebuilt = 0
    for original in originals(folder, distinct=distinct):
        rebuilt += original.basis == "rebuilt"
        yield original.record
    if rebuilt:
        warnings.warn(
            f"{rebuilt} records were rebuilt from the database: their evidence is not at hand or was changed.",
            stacklevel=2,
        )


def originals(folder: CaseFolder, *, distinct: bool = False, where: str = "") -> Iterator[Original]:
    """Every loaded record with its bytes. ``where`` is an SQL condition on ``e`` (events), written by us, never by evidence."""
    current = generation.current(folder)
    if current is None:
        raise CaseError("Nothing is loaded yet.", where=str(folder.path), hint="Run `ctforensics load` first.")
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"ATTACH '{str(current.path).replace(chr(39), chr(39) * 2)}' AS c (READ_ONLY)")
        shelf = _Shelf(folder, con)
        sql = _COLUMNS.format(
            db="c.", where=f"AND ({where})" if where else "", distinct=_FIRST_ONLY if distinct else ""
        )
        cursor = con.cursor().execute(sql)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from _read(con, shelf, rows)
    finally:
        con.close()


def _read(con: duckdb.DuckDBPyConnection, shelf: _Shelf, rows: list[tuple[Any, ...]]) -> Iterator[Original]:
    """The records of some rows, each file opened once for all of them, given in the rows' order."""
    found: dict[int, Original] = {}
    by_file: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        by_file.setdefault(row[1], []).append(number)
    for file_no, numbers in by_file.items():
        content = shelf.content(file_no)
        if content is not None:
            for number in numbers:
                original = _original(content, rows[number])
                if original:
                    found[number] = original
    missing = [number for number in range(len(rows)) if number not in found]
    if missing:
        rebuilt = _rebuild(con, [rows[number][0] for number in missing])
        for number in missing:
            found[number] = Original(str(rows[number][0]), rebuilt[rows[number][0]], b"", "rebuilt")
    yield from (found[number] for number in range(len(rows)))


def _original(content: bytes, row: tuple[Any, ...]) -> Original | None:
    """The record at its place, or None where the bytes there no longer give its key."""
    key, _, _, offset, length, form, _ = row
    raw = content[offset : offset + length]
    if hash_of(raw) == key.bytes:
        return Original(str(key), json.loads(raw.decode("utf-8", "replace")), raw, "evidence")
    try:
        for _, inner in envelope.records_in(fast.parse(raw), form):
            if canonical.key_of(inner.form) == key.bytes:
                return Original(str(key), inner.record, raw, "evidence")
    except ValueError:
        return None
    return None


def hash_of(raw: bytes) -> bytes | None:
    """The event key of some bytes, or None where they are no JSON."""
    try:
        return canonical.key_of(fast.parse(raw).form)
    except ValueError:
        return None


def _rebuild(con: duckdb.DuckDBPyConnection, keys: list[Any]) -> dict[Any, dict[str, Any]]:
    cursor = con.cursor().execute("SELECT * FROM c.events WHERE list_contains(?, event_key)", [keys])
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    return {row["event_key"]: record_from_row(row) for row in rows}


class _Shelf:
    """Contents of files by number, read from wherever the roots stand now; only those whose hash is still the same."""

    def __init__(self, folder: CaseFolder, con: duckdb.DuckDBPyConnection) -> None:
        self.places = {root.label: folder.where(root) for root in folder.manifest().evidence}
        self.places.setdefault("evidence", folder.evidence)
        self.con = con.cursor()
        self.archives: dict[str, dict[str, Located]] = {}

    def content(self, file_no: int) -> bytes | None:
        """The inflated content of a file, or None where it is gone or is not what was loaded."""
        rows = self.con.execute(
            "SELECT root, path, content_sha256 FROM c.files WHERE file_no = ?", [file_no]
        ).fetchall()
        label, path, expected = rows[0]
        place = self.places.get(label)
        located = self._locate(label, place, path) if place else None
        if located is None:
            return None
        try:
            opened = door.open_object(located)
        except EvidenceError:
            return None
        return opened.content if opened.content_sha256 == expected else None

    def _locate(self, label: str, place: Path, path: str) -> Located | None:
        if place.is_dir() and ".." not in path.split("/"):
            file = place / path
            if not file.is_file() or file.is_symlink():
                return None
            opener: Callable[[], Any] = lambda: open(file, "rb")  # noqa: E731, SIM115 - the door closes it
            return Located(label, path, file.stat().st_size, file=file, open=opener)
        if label not in self.archives:
            self.archives[label] = roots.members(place, label) if place.is_file() else {}
        return self.archives[label].get(path)
