"""The digests of one trail as they lie in the ledger: walked from the newest to the oldest, and asked what links to what.

One digest is in memory at a time. What was found about it goes back to disk before the next one, which may ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ctforensics.trail.digest import signing_text
from ctforensics.verify.chain import Newer, Node
from ctforensics.verify.crowds import NAMED, Crowd
from ctforensics.verify.digests import Digest, Previous, Scope
from ctforensics.verify.ledger import Ledger, Seen, Signature

_NODES = """SELECT d.sha, d.start, d.end, d.bucket, d.key, d.stamp, d.fingerprint, d.supported, d.backfill, d.pbucket, d.pkey, d.psha,
  d.psignature, d.psupported, d.id, s.root, s.path, s.place, s.flags, s.fault,
  {}
FROM digest d INDEXED BY digest_time JOIN seen s USING (id) WHERE d.scope = ? ORDER BY d.end DESC, d.start DESC, d.sha DESC, d.id"""
_NAMED = "(SELECT count(*) FROM digest n INDEXED BY digest_pkey WHERE n.scope = d.scope AND n.pkey = d.key AND n.pbucket = d.bucket)"
_NEWER = """SELECT sha, id, bucket || '/' || key, genuine, psha, psignature, psupported FROM digest INDEXED BY digest_pkey
WHERE scope = ?1 AND pkey = ?2 AND pbucket = ?3 AND (end > ?4 OR (?5 AND end = ?4)) AND sha <> ?6
ORDER BY end DESC, start DESC, sha DESC, id"""
_PROVEN = """SELECT start, end, bucket || '/' || key, pbucket, pkey FROM digest
WHERE scope = ? AND genuine AND NOT backfill ORDER BY start, end, id"""
_SHARED = "SELECT EXISTS (SELECT 1 FROM digest WHERE scope = ? AND pkey IS NOT NULL GROUP BY pkey HAVING count(*) > 1)"
_FORKS = """WITH heir AS (SELECT *, pbucket || '/' || pkey AS follows FROM digest
  WHERE scope = ? AND genuine AND NOT backfill AND pkey IS NOT NULL)
SELECT follows, start, end, bucket || '/' || key FROM heir
WHERE follows IN (SELECT follows FROM heir GROUP BY 1 HAVING count(*) > 1) ORDER BY follows, start, end, id"""
_STANDING = (
    "SELECT {} FROM digest o INDEXED BY digest_key WHERE o.scope = d.scope AND o.key = d.pkey AND o.bucket = d.pbucket"
)
_LOOSE = f"""SELECT start, end, sha, bucket || '/' || key, backfill, pbucket, pkey FROM digest d
WHERE scope = ? AND genuine AND pkey IS NOT NULL AND NOT EXISTS ({_STANDING.format("1")}) ORDER BY start, end, sha"""
_BACKWARD = f"SELECT EXISTS (SELECT 1 FROM digest d WHERE scope = ? AND ({_STANDING.format('max(o.end)')}) >= d.end)"
_BEFORE = """SELECT o.id FROM digest d JOIN digest o ON o.scope = d.scope AND o.key = d.pkey AND o.bucket = d.pbucket
WHERE d.id = ? ORDER BY o.sha <> d.psha, o.end DESC, o.start DESC, o.sha DESC, o.id LIMIT 1"""

_AT_ONCE = 500


class Proven(NamedTuple):
    """A proven regular digest in short: its hour as text, its place, the bucket and key that its link names."""

    start: str
    end: str
    place: str
    bucket: str | None = None
    key: str | None = None

    @property
    def since(self) -> datetime:
        return instant(self.start)

    @property
    def until(self) -> datetime:
        return instant(self.end)

    @property
    def previous(self) -> tuple[str, str] | None:
        return None if self.bucket is None or self.key is None else (self.bucket, self.key)


@dataclass(frozen=True, slots=True)
class Loose:
    """A proven digest whose link names a place where nothing is. ``turn`` says where it is told."""

    turn: str
    start: datetime
    place: str
    backfill: bool
    bucket: str
    key: str


class Links:
    """What the ledger holds about the digests of one scope, regular and backfill. ``turn`` orders scopes among one another."""

    def __init__(self, ledger: Ledger, scope: Scope, turn: int) -> None:
        self._ledger, self._db = ledger, ledger.db
        self._scopes = scope, scope._replace(backfill=True)
        self._number, self._turn = ledger.scopes[scope], f"{turn:06}"
        self._notes: list[tuple[bool, bool, bool, str | None, int]] = []
        self._fresh: dict[int, bool] = {}
        self._last: Node | None = None
        self._crowd = Crowd.of(ledger, self._number)
        self._shared = bool(ledger.number(_SHARED, self._number))

    def nodes(self) -> Iterator[Node]:
        """Every distinct content with its copies, newest first."""
        named = NAMED if self._crowd else _NAMED if self._shared else "1"
        rows = self._db.cursor().execute(_NODES.format(named), (self._number,))
        for _, group in groupby(rows, key=itemgetter(0)):
            copies = list(group)
            sha, start, end, *_ = row = copies[0]
            turn = f"{self._turn} {start} {end} {sha}"
            yield Node(self._digest(row), [_seen(copy) for copy in copies], end, turn, _signed_text(row), row[20])

    def _digest(self, row: Sequence[Any]) -> Digest:
        sha, start, end, bucket, key, stamp, fingerprint, supported, backfill, pbucket, pkey, *previous = row[:14]
        return Digest(
            self._scopes[backfill],
            bucket,
            key,
            instant(start),
            instant(end),
            instant(stamp),
            fingerprint,
            bool(supported),
            Previous(pbucket, pkey, *previous) if pkey is not None else None,
            sha,
        )

    def note(self, node: Node, selected: bool, plain: str | None = None) -> None:
        """Takes down what was found about a digest: the first copy stands for the content. ``plain`` is the code of one plainly in order."""
        first, proven, self._last = node.copies[0], node.proven, node
        self._fresh[first.id] = proven
        if self._crowd:
            self._crowd.note(node)
        for seen in node.copies:
            self._notes.append((proven and seen is first, proven and not seen.fault, selected, plain, seen.id))
        if len(self._notes) >= _AT_ONCE:
            self._write_notes()

    def finish_notes(self) -> None:
        """Writes down what was noted last, and the outcomes of what is plainly in order."""
        self._write_notes()
        self._ledger.add_plain_digests(self._number, self._turn)

    def _write_notes(self) -> None:
        sql = "UPDATE digest SET genuine = ?, proven = ?, selected = ?, plain = ? WHERE id = ?"
        self._db.executemany(sql, self._notes)
        self._notes.clear()
        self._fresh.clear()

    def proposals(self, node: Node) -> list[Signature]:
        """Signatures for the place that the digest claims and for the places where it stands."""
        place, key, stands = node.digest.place, node.digest.key, [seen.place for seen in node.copies]
        found = self._ledger.signatures([place, *[other for other in stands if other not in (place, key)]])
        if not found:
            # A folder that is one bucket's content: paths are keys, and the metadata names the bucket.
            found = self._ledger.signatures(place for other in stands for place in self._ledger.metadata_places(other))
        return found

    def newer(self, node: Node) -> Iterator[Newer]:
        """The newer digests that name a digest's place, newest first; what they say counts once they were noted."""
        if not node.named:
            return
        if node.named == 1 and (usual := self._said_last(node)):
            yield usual
            return
        if self._crowd:
            yield from self._crowd.newer(node)
            return
        digest, last = node.digest, None
        facts = self._number, digest.key, digest.bucket, node.end, node.backfill, digest.sha256
        for sha, number, place, genuine, *says in self._db.execute(_NEWER, facts):
            if sha != last:  # copies of one content stand together, the one that was noted first
                yield Newer(place, self._fresh.get(number, bool(genuine)), says[0], says[1], bool(says[2]))
            last = sha

    def _said_last(self, node: Node) -> Newer | None:
        """What the digest that was noted last says, if it is the one that names a digest: in most chains it always is."""
        newer, digest = self._last, node.digest
        link = newer.digest.previous if newer else None
        if not newer or not link or (link.key, link.bucket) != (digest.key, digest.bucket) or newer.end <= node.end:
            return None
        return Newer(newer.digest.place, newer.proven, link.sha256, link.signature, link.supported)

    # -- once all are noted ---------------------------------------------------------------------------------------

    def reach(self) -> tuple[datetime | None, datetime | None]:
        """The time from the oldest to the newest regular digest, proven or not."""
        sql = "SELECT min(start), max(end) FROM digest WHERE scope = ? AND NOT backfill"
        start, end = self._db.execute(sql, (self._number,)).fetchone()
        return (instant(start), instant(end)) if start else (None, None)

    def proven(self) -> Iterator[Proven]:
        """The proven regular digests, oldest first."""
        return map(Proven._make, self._db.cursor().execute(_PROVEN, (self._number,)))

    def forks(self) -> Iterator[tuple[str, list[Proven]]]:
        """The places that several proven regular digests name as that of the one before them."""
        if not self._shared:
            return
        rows = self._db.cursor().execute(_FORKS, (self._number,))
        for follows, heirs in groupby(rows, key=itemgetter(0)):
            yield follows, [Proven(start, end, place) for _, start, end, place in heirs]

    def loose(self) -> Iterator[Loose]:
        """The proven digests whose link leads nowhere."""
        rows = self._db.cursor().execute(_LOOSE, (self._number,))
        for start, end, sha, place, backfill, bucket, key in rows:
            yield Loose(f"{self._turn} {start} {end} {sha}", instant(start), place, bool(backfill), bucket, key)

    def standing(self, bucket: str, key: str) -> bool | None:
        """Whether a proven digest claims this place; None where none claims it."""
        sql = "SELECT max(genuine) FROM digest WHERE scope = ? AND key = ? AND bucket = ?"
        found = self._db.execute(sql, (self._number, key, bucket)).fetchone()[0]
        return None if found is None else bool(found)

    def ended_before(self, at: datetime, backfill: bool) -> datetime | None:
        """When the last digest ended that ended by then, proven or not."""
        sql = "SELECT end FROM digest WHERE scope = ? AND end <= ? AND backfill = ? ORDER BY end DESC LIMIT 1"
        found = self._db.execute(sql, (self._number, at.isoformat(), backfill)).fetchone()
        return instant(found[0]) if found else None

    def leads_back(self) -> bool:
        """Whether a link leads to a digest that ends no earlier: no circle is without one."""
        if self._crowd:
            return self._crowd.leads_back()
        return bool(self._ledger.number(_BACKWARD, self._number))

    def numbers(self) -> Iterator[int]:
        """Every distinct content by the number of its first copy, newest first."""
        sql = "SELECT min(id) FROM digest WHERE scope = ? GROUP BY sha ORDER BY end DESC, min(id)"
        for row in self._db.cursor().execute(sql, (self._number,)):
            yield row[0]

    def before(self, number: int) -> int | None:
        """Where the link of a digest leads: of several contents at one place to the one that it means, else to the first."""
        if self._crowd:
            return self._crowd.before(number)
        row = self._db.execute(_BEFORE, (number,)).fetchone()
        return row[0] if row else None

    @property
    def most(self) -> int:
        """The highest number of a digest."""
        return self._ledger.number("SELECT max(id) FROM digest WHERE scope = ?", self._number)

    def at(self, number: int) -> tuple[datetime, datetime, str]:
        """Hour and place of one digest."""
        sql = "SELECT start, end, bucket || '/' || key FROM digest WHERE id = ?"
        start, end, place = self._db.execute(sql, (number,)).fetchone()
        return instant(start), instant(end), place


# One digest begins where the one before it ends.
instant = lru_cache(maxsize=256)(datetime.fromisoformat)


def _signed_text(row: Sequence[Any]) -> bytes:
    """The bytes that a digest's signature covers: its end is written in one form only, the rest stands in the row as it is signed."""
    facts = {"digestEndTime": f"{row[2]}Z", "digestS3Bucket": row[3], "digestS3Object": row[4]}
    return signing_text(facts | {"previousDigestSignature": row[12]}, row[0])


def _seen(row: Sequence[Any]) -> Seen:
    number, root, path, place, flags, fault = row[14:20]
    return Seen(
        number,
        root,
        place if path is None else path,
        place,
        "digest",
        None,
        None,
        tuple(flags.split(" ")) if flags else (),
        fault,
    )
