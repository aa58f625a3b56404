"""Evidence and acquisition in a report: where it came from, what was read, and a ledger in which nothing goes missing."""

from __future__ import annotations

from typing import Any

from ctforensics.reports import pieces
from ctforensics.reports.custody_pages import place
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece, Pieces

_LEDGER = """SELECT outcome, count(*) AS files, sum(records)::BIGINT AS records, sum(events)::BIGINT AS events,
  sum(duplicates)::BIGINT AS duplicates, sum(poorer_copies)::BIGINT AS poorer_copies, sum(rejected)::BIGINT AS rejected
FROM files GROUP BY outcome ORDER BY files DESC, outcome"""
_WINDOW = "SELECT min(event_time) AS first, max(event_time) AS last FROM events WHERE event_time_basis <> 'none'"
_PLACES = """SELECT recipient_account_id AS account, aws_region AS region, count(*) AS events, min(event_time) AS first_event,
  max(event_time) AS last_event FROM events WHERE event_time_basis <> 'none' GROUP BY ALL ORDER BY account NULLS LAST, region NULLS LAST"""


def section(held: Held) -> Pieces:
    """The section “Evidence”."""
    made: list[Piece] = [_roots(held), _totals(held)]
    made.append(held.table(held.rows("Ledger of files", _LEDGER), "Every listed file by what became of it"))
    made.append(_balance(held))
    made.append(held.table(held.rows("Accounts and regions", _PLACES), "Events by account and region"))
    return Pieces(made)


def _roots(held: Held) -> Piece:
    columns = ["label", "kind", "received_from", "how", "received_at", "sha256"]
    rows = [
        [root.label, root.kind, place(root.received_from), root.received_how, root.received_at, root.sha256 or None]
        for root in held.manifest.evidence
    ]
    note = "A container file is hashed as received; the hashes of all files stand in the appendix."
    return pieces.table(
        columns, rows, caption="Where the evidence came from", note=note, labels={"how": "received how"}
    )


def _totals(held: Held) -> Piece:
    first, last = held.rows("First and last event", _WINDOW).rows[0]
    facts: list[tuple[str, Any]] = [
        ("Events (distinct records)", held.number("Events", "SELECT count(*) FROM events")),
        ("Files listed", held.number("Files", "SELECT count(*) FROM files")),
        ("Bytes as stored", held.number("Bytes of files", "SELECT coalesce(sum(size), 0)::BIGINT FROM files")),
        ("First event", first),
        ("Last event", last),
        (
            "Records without any time",
            held.number("Records without time", "SELECT count(*) FROM events WHERE event_time_basis = 'none'"),
        ),
        ("Pieces rejected", held.number("Rejects", "SELECT count(*) FROM rejects")),
        ("Conflicts between copies", held.number("Conflicts", "SELECT count(*) FROM conflicts")),
    ]
    return pieces.facts(facts)


def _balance(held: Held) -> Piece:
    """Says that the ledger balances, or by how much it does not."""
    sql = """SELECT coalesce(sum(records), 0)::BIGINT - coalesce(sum(coalesce(events, 0) + coalesce(duplicates, 0)
      + coalesce(poorer_copies, 0) + coalesce(rejected, 0) + coalesce(sifted, 0)), 0)::BIGINT AS difference FROM files"""
    difference = held.number("Balance of the ledger", sql)
    if difference:
        return pieces.callout("fail", f"The ledger does not balance: {difference:,} records have no outcome.")
    sentence = "The ledger balances: every record that was read is an event, a duplicate, a poorer copy, or rejected with a reason."
    return pieces.callout("ok", sentence)
