"""One bucket after the other: who touched its objects, what was refused, came from outside or changed something first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctforensics.reports import coverage_pages, pieces
from ctforensics.reports.cells import counted
from ctforensics.reports.held import Held
from ctforensics.reports.pieces import Piece
from ctforensics.reports.story_pages import OF_BUCKETS

MOST_CHOSEN = 6  # buckets that are looked at one by one where none is named
# Rows of the same caller, call and outcome are summed up; everyday reads stand last.
_CALLS = """WITH calls AS (SELECT *, coalesce(actor = 'anonymous'
    OR (is_cross_account AND actor_account_id NOT IN (SELECT account FROM owned_accounts)) OR additional_event_data ->> '$.AuthenticationMethod' = 'QueryString', FALSE) AS outside,
    coalesce(outcome IN ('denied', 'failed'), FALSE) AS refused,
    TRY_CAST(additional_event_data ->> '$.bytesTransferredOut' AS DOUBLE) AS bytes_out, TRY_CAST(additional_event_data ->> '$.bytesTransferredIn' AS DOUBLE) AS bytes_in
  FROM scoped($since::TIMESTAMP, $until::TIMESTAMP, $accounts::VARCHAR[], $regions::VARCHAR[], 'all')
  WHERE event_source = 's3.amazonaws.com' AND event_class = 'data' AND ($bucket = '' OR bucket_name = $bucket))"""
# Whoever came from outside stands first, then whoever was refused or changed something.
_READERS = f"""{_CALLS}
SELECT CASE WHEN outside THEN 'from outside' ELSE 'not from outside' END AS what, bucket_name, actor, CAST(sum(bytes_out) AS BIGINT) AS bytes_out, count(*) AS calls,
  count(*) FILTER (refused) AS refused_or_failed, count(*) FILTER (NOT refused AND read_only IS NOT TRUE) AS changes,
  CAST(sum(bytes_in) AS BIGINT) AS bytes_in, count(DISTINCT object_key) AS objects,
  count(DISTINCT access_key_id) AS access_keys, some_of(source_ip_address) AS addresses, min(event_time) AS first_seen, max(event_time) AS last_seen,
  first_ids(event_id, event_time)[1:3] AS event_ids, histogram(verification) AS verification_classes
FROM calls GROUP BY outside, bucket_name, actor
ORDER BY outside DESC, refused_or_failed > 0 DESC, changes > 0 DESC, bytes_out DESC NULLS LAST, bucket_name, actor"""
_TOUCHED = f"""{_CALLS}
SELECT CASE WHEN outside THEN 'from outside' WHEN refused THEN 'refused or failed' WHEN read_only IS TRUE THEN 'read' ELSE 'changed' END AS what,
  event_name, outcome, actor, some_of(source_ip_address) AS addresses, count(*) AS calls, count(DISTINCT object_key) AS objects,
  CAST(sum(bytes_out) AS BIGINT) AS bytes_out, CAST(sum(bytes_in) AS BIGINT) AS bytes_in,
  min(event_time) AS first_seen, max(event_time) AS last_seen, some_of(access_key_id) AS access_key_ids,
  first_ids(event_id, event_time) AS event_ids, histogram(verification) AS verification_classes
FROM calls GROUP BY what, event_name, outcome, actor
ORDER BY list_position(['from outside', 'refused or failed', 'changed', 'read'], what), bytes_out DESC NULLS LAST, first_seen, event_name, actor, outcome"""
_CHOSEN = f"""SELECT bucket_name, count(*) AS events FROM scoped($since::TIMESTAMP, $until::TIMESTAMP, $accounts::VARCHAR[], $regions::VARCHAR[], 'all') AS e
WHERE bucket_name IS NOT NULL AND {OF_BUCKETS} GROUP BY bucket_name ORDER BY events DESC, bucket_name"""


def chosen(held: Held) -> list[str]:
    """The buckets that were changed, or touched by somebody outside: those that a report looks at where none is named."""
    found = held.rows("Buckets that were changed or touched from outside", _CHOSEN, **held.window)
    return [str(name) for name, _ in found.rows[:MOST_CHOSEN]]


def readers(held: Held) -> list[Piece]:
    """Who touched objects of which bucket, with the bytes that left: the whole case in a few rows, outsiders first."""
    found = held.rows("Calls on objects by bucket and caller", _READERS, bucket="", **held.window)
    if not found.rows:
        said = "No call on an object is recorded; such calls are only there where a trail records data events."
        return [pieces.callout("incomplete", f"{said} {coverage_pages.statement(held)}")]
    rows = found.dicts()
    out, outside = (sum(row["bytes_out"] or 0 for row in some) for some in (rows, _outsiders(rows)))
    note = f"{out:,} bytes were read out, {outside:,} of them from outside. Whoever came from outside stands first, then whoever was refused or changed something."
    detail = ["bytes_in", "objects", "access_keys", "addresses", "first_seen", "last_seen", "event_ids"]
    return [held.table(found, "Calls on objects by bucket and caller", note=note, detail=detail, limit=60)]


def _outsiders(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["what"] == "from outside"]


def touched(held: Held, bucket: str) -> list[Piece]:
    """Who touched the objects of a bucket, with the bytes that left in all and to outside."""
    found = held.rows(f"Calls on objects of {bucket}", _TOUCHED, bucket=bucket, **held.window)
    if not found.rows:
        said = f"No call on an object of {bucket} is recorded; calls on objects are only there where a trail records data events of that bucket."
        return [pieces.callout("incomplete", f"{said} {coverage_pages.statement(held)}")]
    note = f"{_sums(found.dicts())}. What came from outside stands first, then what was refused or changed something; everyday reads stand last."
    detail = ["access_key_ids", "event_ids", "verification_classes"]
    return [held.table(found, f"Calls on objects of {bucket}", note=note, detail=detail, limit=40)]


def in_short(held: Held, buckets: Sequence[str]) -> list[str]:
    """For a first page: how much was read out of each of these buckets, and how much of it by somebody outside."""
    told = []
    for bucket in buckets[:MOST_CHOSEN]:
        found = held.rows(f"Calls on objects of {bucket}", _TOUCHED, bucket=bucket, **held.window)
        said = _sums(found.dicts()) if found.rows else "no call on its objects is recorded"
        told.append(f"{bucket}: {said} ({found.statement.label})")
    more = f"; {len(buckets) - MOST_CHOSEN:,} buckets more" if len(buckets) > MOST_CHOSEN else ""
    only = "only what the trail records as data events of these buckets is seen"
    return [f"Objects of {'; '.join(told)}{more}; {only}."] if told else []


def _sums(rows: list[dict[str, Any]]) -> str:
    out, outside = (sum(row["bytes_out"] or 0 for row in some) for some in (rows, _outsiders(rows)))
    refused = sum(row["calls"] for row in rows if row["outcome"] in ("denied", "failed"))
    changed = sum(row["calls"] for row in rows if row["what"] == "changed")
    parts = [
        f"{out:,} bytes were read out",
        f"{outside:,} of them from outside",
        f"{counted(refused, 'call')} refused or failed",
        f"{counted(changed, 'change')}",
    ]
    return ", ".join(parts)
