"""The appendix of a report: hashes of the evidence, rejects, every statement, versions, custody, words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from ctforensics import hashing
from ctforensics.reports import custody_pages, pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held, Statement
from ctforensics.reports.pieces import Piece, Pieces

_FILES = """SELECT coalesce(object_key, path) AS file, kind, outcome, coalesce(verification, 'not_checked') AS verification, size, sha256, content_sha256
FROM files ORDER BY root, path"""
_REJECTS = """SELECT coalesce(f.object_key, f.path) AS file, r.record_index, r.byte_offset, r.reason, r.detail FROM rejects r
LEFT JOIN files f USING (file_no) ORDER BY file, record_index, byte_offset, reason"""
_GLOSSARY = (
    ("Access key id", "The public half of a credential. AKIA begins a long-lived key, ASIA the key of a session."),
    ("Authentic", "The bytes are those that CloudTrail delivered: an authentic digest lists their hash."),
    ("Coverage", "For which hours, accounts and regions there are logs, and how far they are proven."),
    (
        "Digest file",
        "A signed list, made by CloudTrail about once an hour, of the log files delivered and their hashes.",
    ),
    ("Digest chain", "Each digest names the hash of the one before it, so that one authentic digest proves its past."),
    (
        "Event, record",
        "A record is the entry as delivered; an event is that record loaded once, however often it was delivered.",
    ),
    (
        "Event id",
        "The id that CloudTrail gave an event. It is testimony; the tool itself identifies records by a hash.",
    ),
    ("Role session", "A temporary identity that somebody took on by assuming a role."),
    ("Trail", "The configuration that makes CloudTrail deliver logs; it may be stopped or narrowed."),
    (
        "Verified, nothing delivered",
        "Digests prove that nothing was delivered for that hour. It does not prove that nothing happened. (verified_empty)",
    ),
    (
        "Not checked",
        "The verification was not asked about the file, or digests do not list files of its kind. (not_checked)",
    ),
    (
        "Another kind of file",
        "A file of the evidence that holds no records of events, for example a digest; it is listed and hashed. (other_kind)",
    ),
    (
        "Dry run, would be allowed",
        "A call that only asked whether it would be allowed; nothing was done. (dry_run_ok)",
    ),
)


def section(held: Held) -> Pieces:
    """The whole appendix. It comes last, because it lists every statement that ran before it."""
    return Pieces(
        [
            *_files(held),
            *_rejects(held),
            *custody_pages.section(held),
            *custody_pages.versions(held),
            *_attached(held),
            *_glossary(),
            *statements(held),
        ]
    )


def _files(held: Held) -> list[Piece]:
    found = held.rows("Hashes of the evidence files", _FILES)
    at = found.columns.index("sha256")
    whole = hashing.combined(str(row[at]) for row in found.rows if row[at])
    made = [pieces.heading("Evidence files and their hashes", level=3)]
    made.append(pieces.facts([("Files", len(found.rows)), ("SHA-256 over the sorted hashes of all", whole)]))
    labels = {"sha256": "sha256 as stored", "content_sha256": "sha256 of content"}
    made.append(held.table(found, "Evidence files", detail=["sha256", "content_sha256"], limit=40, labels=labels))
    return made


def _rejects(held: Held) -> list[Piece]:
    found = held.rows("Rejected pieces", _REJECTS)
    made = [pieces.heading("What could not be read", level=3)]
    if found.rows:
        return [*made, held.table(found, "Pieces of evidence that are no readable record", limit=60)]
    return [*made, pieces.text("Nothing was rejected: every piece of every opened log file was read as a record.")]


def _attached(held: Held) -> list[Piece]:
    if not held.attached:
        return []
    made = [pieces.heading("Attached files", level=3)]
    note = (
        "CSV files that go with this report; cells that a spreadsheet would run as formulas begin with an apostrophe."
    )
    return [*made, pieces.table(["file", "bytes", "sha256"], held.attached, caption="Attached files", note=note)]


def _glossary() -> list[Piece]:
    said = "In brackets stands the code that the tables of the case database use for the same."
    return [pieces.heading("Words", level=3), pieces.text(said), pieces.facts(_GLOSSARY)]


def statements(held: Held) -> list[Piece]:
    """Every statement with its bound values and what it gave, so that anyone can run it again on the case database."""
    made = [pieces.heading("Statements", level=3)]
    made.append(
        pieces.text(
            "Every figure and table above that names a source, S1 and so on, is the result of that statement, run read-only "
            "on the case database, with the macros of queries/_macros.sql of this version. The others show what the case "
            "itself holds: its manifest, its notes, its custody record."
        )
    )
    return [*made, *(_statement(each) for each in held.statements)]


def _statement(each: Statement) -> Piece:
    bound = {name: exact(value) for name, value in sorted(each.params.items())}
    given = ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in bound.items())
    result = f"{each.value:,}" if isinstance(each.value, int) else counted(each.rows, "row")
    piece = pieces.code(each.sql, caption=f"{each.label} {each.name}: {result}" + (f" (with {given})" if given else ""))
    value = each.value if isinstance(each.value, int) else None
    piece.data["statement"] = {"label": each.label, "rows": each.rows, "value": value, "params": bound}
    return piece


def exact(value: Any) -> Any:
    """A bound value as JSON that binds to the same again: instants as ISO 8601 text, nothing cut off."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return [exact(part) for part in value] if isinstance(value, list | tuple) else value
