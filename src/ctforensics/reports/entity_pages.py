"""Entities and indicators in a report: what appears how often, with the labels that the analyst gave it."""

from __future__ import annotations

from ctforensics.notes.book import NoteBook
from ctforensics.reports import note_pages, pieces
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece, Pieces

# What stands out by refusals or writes comes first; services that act for somebody are left out.
_ADDRESSES = """SELECT source_ip_address AS address, count(*) AS events, count(*) FILTER (outcome IN ('denied', 'failed')) AS refused_or_failed,
  count(DISTINCT actor) AS actors, min(event_time) AS first_seen, max(event_time) AS last_seen FROM events
WHERE is_address(source_kind) GROUP BY ALL ORDER BY refused_or_failed DESC, events DESC, address LIMIT 25"""
_ACTORS = """SELECT actor, count(*) AS events, count(*) FILTER (outcome IN ('denied', 'failed')) AS refused_or_failed,
  count(DISTINCT source_ip_address) AS addresses, count(DISTINCT access_key_id) AS access_keys, min(event_time) AS first_seen,
  max(event_time) AS last_seen FROM events WHERE actor IS NOT NULL AND user_identity_type IS DISTINCT FROM 'AWSService'
GROUP BY ALL ORDER BY refused_or_failed DESC, events DESC, actor LIMIT 25"""


def section(held: Held) -> Pieces:
    """Labelled values, then the addresses and actors with most refusals."""
    made: list[Piece] = _labelled(note_pages.book(held))
    made.append(held.table(held.rows("Addresses", _ADDRESSES), "Addresses, at most 25: those with most refusals first"))
    made.append(held.table(held.rows("Actors", _ACTORS), "Actors, at most 25: those with most refusals first"))
    return Pieces(made)


def _labelled(book: NoteBook) -> list[Piece]:
    rows = [[field, value, labels] for (field, value), labels in sorted(book.entity_labels().items())]
    if not rows:
        return []
    return [pieces.table(["field", "value", "labels"], rows, caption="Values that the analyst labelled")]
