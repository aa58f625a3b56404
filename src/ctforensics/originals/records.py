"""The records as they stood, in time order: bytes read again from the evidence at offset and length, and hashed again."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from ctforensics import hashing
from ctforensics.case import generation
from ctforensics.case.folder import CaseFolder
from ctforensics.errors import CaseError, EvidenceError
from ctforensics.evidence import door, roots
from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import Located
from ctforensics.logs import cloudtrail
from ctforensics.originals.rebuild import record_from_row
from ctforensics.trail import canonical, fast
from ctforensics.unwrap import archives, envelope

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


def line_of(original: Original) -> bytes:
    """A record as one line: as it stood where its bytes are one line of JSON, else the same JSON on one line."""
    raw = original.raw
    if raw and b"\n" not in raw and b"\r" not in raw:
        try:
            if json.loads(raw) == original.record:
                return raw
        except ValueError:
            pass  # an odd record (a lone surrogate, NaN): its parsed form is written
    return json.dumps(original.record, ensure_ascii=True, separators=(",", ":")).encode()


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
        con.execute("SET enable_external_access=false")  # a view in a case from elsewhere must not read our files
        shelf = _Shelf(folder, con)
        sql = _COLUMNS.format(
            db="c.", where=f"AND ({where})" if where else "", distinct=_FIRST_ONLY if distinct else ""
        )
        cursor = con.cursor().execute(sql)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from _read(con, shelf, rows)
    finally:
        con.close()


def original(folder: CaseFolder, cursor: duckdb.DuckDBPyConnection, key: str, fidelity: str | None) -> Original | None:
    """One record by its event key, read again from the evidence; None where that is not at hand or was changed.

    ``cursor`` stands on the tables of the case; ``fidelity`` is the event's. Joins nothing, so it is quick in a case of any size.
    """
    sql = """SELECT event_key, file_no, record_index, byte_offset, byte_length, container FROM event_sources
    WHERE event_key = $key::UUID AND fidelity = $fidelity ORDER BY file_no, record_index LIMIT 1"""
    place = cursor.execute(sql, {"key": key, "fidelity": fidelity}).fetchone()
    if place is None:
        return None
    shelf = _Shelf(folder, cursor, db="")
    for _, path, content in shelf.contents([place[1]]):
        found = _original(content, place)
        if found is not None:
            return found
        record = _read_again(content, path, shelf.limits).get(place[0].bytes)
        return Original(key, record, _place(content, place), "evidence") if record else None
    return None


def _read(con: duckdb.DuckDBPyConnection, shelf: _Shelf, rows: list[tuple[Any, ...]]) -> Iterator[Original]:
    """The records of some rows, each file opened once for all of them, given in the rows' order."""
    found: dict[int, Original] = {}
    by_file: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        by_file.setdefault(row[1], []).append(number)
    for file_no, path, stored in shelf.contents(list(by_file)):
        content = cloudtrail.as_utf8(stored)
        numbers = by_file[file_no]
        again: dict[bytes, dict[str, Any]] | None = None
        for number in numbers:
            original = _original(content, rows[number])
            if original is None:
                again = again if again is not None else _read_again(content, path, shelf.limits)
                record = again.get(rows[number][0].bytes)
                original = (
                    Original(str(rows[number][0]), record, _place(content, rows[number]), "evidence")
                    if record
                    else None
                )
            if original:
                found[number] = original
    missing = [number for number in range(len(rows)) if number not in found]
    if missing:
        rebuilt = _rebuild(con, [rows[number][0] for number in missing])
        for number in missing:
            found[number] = Original(str(rows[number][0]), rebuilt[rows[number][0]], b"", "rebuilt")
    yield from (found[number] for number in range(len(rows)))


def _place(content: bytes, row: tuple[Any, ...]) -> bytes:
    return content[row[3] : row[3] + row[4]]


def _original(content: bytes, row: tuple[Any, ...]) -> Original | None:
    """The record at its place, or None where the bytes there do not give its key by themselves."""
    key, form, raw = row[0], row[5], _place(content, row)
    try:
        if hash_of(raw) == key.bytes:
            return Original(str(key), json.loads(raw.decode("utf-8", "replace")), raw, "evidence")
        for _, inner in envelope.records_in(fast.parse(raw), form):
            if canonical.key_of(inner.form) == key.bytes:
                return Original(str(key), inner.record, raw, "evidence")
    except ValueError:
        return None
    return None


def _read_again(content: bytes, path: str, limits: Limits) -> dict[bytes, dict[str, Any]]:
    """Every record of a content by its key: for tables and exports, whose rows are no records by themselves."""
    return {canonical.key_of(r.parsed.form): r.parsed.record for r in cloudtrail.read(content, path, limits).records}


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


def _limits(con: duckdb.DuckDBPyConnection, db: str) -> Limits:
    """The limits of the last load: what came through them must be found again."""
    said = con.execute(f"SELECT value FROM {db}case_facts WHERE name = 'limits'").fetchone()
    return Limits.of_json(said[0] if said else None)


class _Shelf:
    """Contents of files by number, read from wherever the roots stand now; only those whose hash is still the same."""

    def __init__(self, folder: CaseFolder, con: duckdb.DuckDBPyConnection, db: str = "c.") -> None:
        self.places = {root.label: folder.where(root) for root in folder.manifest().evidence}
        self.places.setdefault("evidence", folder.evidence)
        self.con, self.db = con.cursor(), db
        self.limits = _limits(self.con, db)
        self.archives: dict[str, dict[str, Located]] = {}

    def contents(self, numbers: list[int]) -> Iterator[tuple[int, str, bytes]]:
        """Number, path and inflated content of files; those that are gone or are not what was loaded are left out."""
        rows = self.con.execute(
            f"SELECT root, path, file_no, content_sha256 FROM {self.db}files WHERE file_no IN (SELECT unnest(?::INTEGER[]))",
            [numbers],
        ).fetchall()
        outer: dict[tuple[str, str], dict[str, tuple[int, str]]] = {}
        for label, path, number, sha in rows:
            outer.setdefault((label, self._object(label, path)), {})[path] = (number, sha)
        for (label, stored), wanted in outer.items():
            for path, content, sha in self._open(label, stored):
                if path in wanted and wanted[path][1] == sha:
                    yield wanted[path][0], path, content

    def _object(self, label: str, path: str) -> str:
        """The path of the stored object that holds a path: a root that is a container itself names its members."""
        place = self.places.get(label)
        parts = path.split("!/")
        return "!/".join(parts[:2]) if place is not None and place.is_file() else parts[0]

    def _open(self, label: str, path: str) -> Iterator[tuple[str, bytes, str]]:
        """Path, content and content hash of an object and of everything inside it."""
        place = self.places.get(label)
        located = self._locate(label, place, path) if place else None
        if (
            located is None and place and "!/" in path
        ):  # inside a root that is no zip or tar itself, but a compressed one
            located = roots.below(place, label, path.split("!/", 1)[0])
        if located is None:
            return
        try:
            opened = door.open_object(located, self.limits)
        except EvidenceError:
            return
        if not archives.kind(opened.content):
            yield located.path, opened.content, opened.content_sha256
            return
        for member in archives.members(located.path, opened.content, self.limits):
            yield member.path, member.content, hashing.sha256_hex(member.content)

    def _locate(self, label: str, place: Path, path: str) -> Located | None:
        if not place.is_file():
            return roots.below(place, label, path)
        if label not in self.archives:
            self.archives[label] = roots.members(place, label)
        return self.archives[label].get(path) or roots.below(place, label, path)
