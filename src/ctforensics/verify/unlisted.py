"""Log files that no digest lists: injected, not digested yet, or from a time that nothing here covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ctforensics.trail import object_keys
from ctforensics.trail.object_keys import ObjectKey
from ctforensics.verify.ledger import Ledger, Seen
from ctforensics.verify.logfiles import LEFTOVER, is_listed_place
from ctforensics.verify.outcome import FileOutcome, words
from ctforensics.verify.selection import Selection
from ctforensics.verify.trails import Cover

SLOT = timedelta(minutes=5)
"""The stamp in a log file's name is a five-minute slot; objects appeared up to four minutes before and after it."""

_UNLISTED = """kind = 'log' AND id NOT IN (SELECT id FROM judged)
  AND NOT EXISTS (SELECT 1 FROM listed WHERE listed.sha = seen.sha OR listed.sha = seen.joined) ORDER BY coalesce(path, place), id"""

Covers = dict[tuple[str, str], list[Cover]]
"""The chains of every account and region."""


@dataclass(slots=True)
class Loose:
    """When log files were delivered that no proven digest covers: per account and region, to the hour.

    ``beside`` is how many files bear the name of what digests do not list (Insights and the like), so that nothing is said of them.
    """

    hours: dict[tuple[str, str], set[datetime]] = field(default_factory=dict)
    beside: int = 0

    def add(self, key: ObjectKey) -> None:
        self.hours.setdefault((key.account, key.region), set()).add(key.stamp.replace(minute=0, second=0))


def judge(ledger: Ledger, covers: Covers, selection: Selection, loose: Loose) -> Iterator[FileOutcome]:
    """The outcome of every log file that no digest lists, and into ``loose`` when those were delivered."""
    buckets = ledger.buckets_of_roots()
    for seen in list(ledger.seen_where(_UNLISTED)) if _few(ledger) else ledger.seen_where(_UNLISTED):
        key = object_keys.parse(seen.name)
        if not selection.has_log(key) or is_listed_place(ledger, seen):
            continue
        if _is_no_log(seen, key):
            loose.beside += key is not None
            continue
        code, detail = _code(seen, key, covers)
        if key and code in ("L_UNLISTED_UNCOVERED", "L_UNDIGESTED_TAIL"):
            loose.add(key)
        yield FileOutcome(
            code,
            f"{buckets[seen.root]}/{seen.place}" if seen.root in buckets else seen.place,
            "log",
            detail,
            root=seen.root,
            path=seen.path,
            content_sha256=seen.sha.hex() if seen.sha else None,
            account=key.account if key else None,
            region=key.region if key else None,
            since=key.stamp if key else None,
            until=key.stamp + SLOT if key else None,
        )


def _few(ledger: Ledger) -> bool:
    return bool(ledger.db.execute("SELECT count(*) < 1000 FROM seen WHERE kind = 'log'").fetchone()[0])


def _is_no_log(seen: Seen, key: ObjectKey | None) -> bool:
    """Insights and what copy tools leave behind are not log files that a digest would have to list."""
    if key is not None:
        return key.kind != "CloudTrail"
    return bool(LEFTOVER.search(seen.name)) and bool({"truncated", "deflate_error"} & set(seen.flags) or seen.fault)


def _code(seen: Seen, key: ObjectKey | None, covers: Covers) -> tuple[str, str]:
    if key is None:
        return "L_UNLISTED_UNCOVERED", f"{words('L_UNLISTED_UNCOVERED')}; its name does not say when it was delivered"
    known = covers.get((key.account, key.region), [])
    covering = [c for c in known if c.covers(key.stamp - SLOT) and c.covers(key.stamp + SLOT)]
    cut = [c for c in known if _was_cut(c, key.stamp, covering)]
    if covering and not cut:
        trails = ", ".join(sorted({c.scope.trail for c in covering}))
        return "L_UNLISTED", (
            f"{words('L_UNLISTED')} ({trails}): put there, or delivered by a trail without validation, or its backfill digest is missing"
        )
    if seen.fault or {"truncated", "deflate_error"} & set(seen.flags):
        return "L_FORMAT", f"{words('L_FORMAT')}: {seen.fault or ', '.join(seen.flags)}; no digest lists it"
    newest = max((c.newest for c in known if c.newest), default=None)
    if cut or (newest is not None and key.stamp + SLOT >= newest):
        return "L_UNDIGESTED_TAIL", ""
    return "L_UNLISTED_UNCOVERED", ""


def _was_cut(cover: Cover, at: datetime, covering: list[Cover]) -> bool:
    """Whether a trail ended before this instant while a sibling that covers it was already there: its digests may be gone.

    Only a proven trail counts: a forged digest must not turn an alarm into a maybe.
    """
    if cover.last is None or cover.last > at or not covering:
        return False
    return any(c.first is not None and c.first <= cover.last - timedelta(hours=1) for c in covering)
