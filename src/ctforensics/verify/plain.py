"""Log files that are plainly in order, which nearly all are: matched by hash part by part, without the database.

Plainly in order: listed once, there once, at its place, in a clean container, and nothing else bears its name. All other listings
and log files are written into the database and judged one by one in ``logfiles`` and ``unlisted``, together with whatever bears
the same name. Being matched here changes no verdict, so it does no harm that more is written there than needs to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from ctforensics.verify.digests import Listed
from ctforensics.verify.ledger import GOOD, Ledger, name_of
from ctforensics.verify.spool import PARTS, Marks

_BATCH = 500
_AT_ONCE = 2_048  # rows of a part that are matched in memory; a larger part is spread over finer ones
# A log file as ``reading`` spools it: hash, place, id, root, path where it is not the place. A listing: id of the digest, ``Listed``.
Log = tuple[bytes, str, int, str, str | None]
Listing = tuple[int, Listed]
Pair = tuple[int, Listed, Log]


class Plain:
    """What is plainly in order. ``count`` log files have the outcome L_OK; ``passed`` are listed by digests outside the window."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._marks = ledger.digest_marks()
        self._touched = Marks()
        self.count = self.passed = 0

    def match(self) -> None:
        """Counts what is plainly in order, once the digests are judged, and writes everything else into the database."""
        self._touch_odd()
        ways = set()
        for pairs, listings, logs in self._matched():
            self._write(listings, logs)
            self._touch_names(listings, logs)
            self._count(pairs, 1)
            ways.update([listed[1] != log[1] for _, listed, log in pairs])
        if (
            len(ways) > 1 or not self._ledger.places_differ
        ):  # below their bucket's name and at their bare keys, or several roots
            self._touch_crowded()
        # From here on nothing more is marked: who asks later which pairs were written must get the same answer for each.
        for pairs, _, _ in self._matched() if self._touched else ():
            touched = [pair for pair in pairs if self._is_touched(pair[1])]
            self._write([(number, listed) for number, listed, _ in touched], [log for _, _, log in touched])
            self._count(touched, -1)

    def _touch_crowded(self) -> None:
        """Places that are listed twice, with different contents that both stand somewhere, are for the careful way."""
        once = Marks()
        for pairs, _, _ in self._matched():
            for _, listed, _ in pairs:
                if once.add(f"{listed[0]}/{listed[1]}".encode()):
                    self._touch(listed[1])

    def _count(self, pairs: list[Pair], sign: int) -> None:
        good = [self._marks[number] for number, _, _ in pairs].count(GOOD)
        self.count += sign * good
        self.passed += sign * (len(pairs) - good)

    def _touch_odd(self) -> None:
        """Log files with something odd about them stand in the database already: what shares their hash or name joins them."""
        for sha, joined, place in self._ledger.db.execute("SELECT sha, joined, place FROM seen WHERE kind <> 'digest'"):
            for value in (sha, joined):
                if value is not None:
                    self._touched.add(value)
            self._touch(place)

    def _touch(self, key: str) -> None:
        self._touched.add(name_of(key).removesuffix(".gz").encode())

    def _is_touched(self, listed: Listed) -> bool:
        named = name_of(listed[1]).removesuffix(".gz").encode()
        return bool(self._touched) and (self._touched.has(listed[2]) or self._touched.has(named))

    def _matched(self) -> Iterator[tuple[list[Pair], list[Listing], list[Log]]]:
        """Part by part: the pairs that are in order, the other listings, the other log files."""
        logs, listings = self._ledger.logs, self._ledger.listings
        for part in range(PARTS):
            if logs.rows_in(part) + listings.rows_in(part) <= _AT_ONCE:
                yield self._pairs(listings.part(part), logs.part(part))
                continue
            with (
                closing(logs.spread(part, _hash_of_log)) as some,
                closing(listings.spread(part, _hash_of_listing)) as other,
            ):
                for finer in range(PARTS):
                    yield self._pairs(other.part(finer), some.part(finer))

    def _pairs(self, listings: list[Listing], logs: list[Log]) -> tuple[list[Pair], list[Listing], list[Log]]:
        here = {log[0]: log for log in logs}
        listed = {listing[1][2] for listing in listings}
        twice = _repeated([log[0] for log in logs], len(here)) | _repeated([e[1][2] for e in listings], len(listed))
        marks = self._marks
        stands = self._ledger.stands if self._ledger.moved_to else str
        pairs, left, used = [], [], set()
        for listing in listings:
            number, (bucket, key, sha, odd, _, _) = listing
            log = here.get(sha)
            if log is None or odd or sha in twice or not marks[number]:
                left.append(listing)
                continue
            at = stands(log[1])
            if at == key or at == f"{bucket}/{key}":
                pairs.append((number, listing[1], log))
                used.add(sha)
            else:
                left.append(listing)
        return pairs, left, logs if not used else [log for log in logs if log[0] not in used]

    def _write(self, listings: list[Listing], logs: list[Log]) -> None:
        if listings or logs:
            self._ledger.write_logs(logs)
            self._ledger.write_listings(listings)

    def _touch_names(self, listings: list[Listing], logs: list[Log]) -> None:
        for _, listed in listings:
            self._touch(listed[1])
        for log in logs:
            self._touch(log[1])

    def write_outcomes(self) -> None:
        """Writes the outcomes of what is plainly in order beside the others: only where somebody wants to read them."""
        for pairs, _, _ in self._matched():
            wanted = (pair for pair in pairs if self._marks[pair[0]] == GOOD and not self._is_touched(pair[1]))
            while batch := list(islice(wanted, _BATCH)):
                self._ledger.add_plain(
                    (f"{bucket}/{key}", root, path or at, sha.hex(), oldest[:-1], newest[:-1], number)
                    for number, (bucket, key, sha, _, oldest, newest), (_, at, _, root, path) in batch
                )


def _hash_of_log(log: Log) -> bytes:
    return log[0]


def _hash_of_listing(listing: Listing) -> bytes:
    return listing[1][2]


def _repeated(values: list[bytes], distinct: int) -> set[bytes]:
    """Those of the values that stand there more than once."""
    if len(values) == distinct:
        return set()
    seen: set[bytes] = set()
    return {value for value in values if value in seen or seen.add(value)}  # type: ignore[func-returns-value]
