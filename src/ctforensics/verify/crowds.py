"""Places that very many digests claim or name: only somebody who forges makes such. There, every look-up is a seek.

Honest chains have one digest a place, named by one, and need no more than the usual indexes. Where a place is crowded, each of its
digests would look at all others; so for those scopes wider indexes are made, and proven digests, of which nobody can forge more,
are kept apart from what merely claims to come after.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctforensics.verify.chain import MOST_CARRIED, Newer

if TYPE_CHECKING:
    from ctforensics.verify.chain import Node
    from ctforensics.verify.ledger import Ledger

FROM = 64
"""A place is crowded that more digests than this claim, or name."""

_IS_CROWDED = """SELECT EXISTS (SELECT 1 FROM digest INDEXED BY digest_key WHERE scope = ?1 GROUP BY key HAVING count(*) > ?2)
OR EXISTS (SELECT 1 FROM digest INDEXED BY digest_pkey WHERE scope = ?1 AND pkey IS NOT NULL GROUP BY pkey HAVING count(*) > ?2)"""
_MADE = """
CREATE INDEX IF NOT EXISTS crowd_standing ON digest (scope, key, bucket, end DESC, start DESC, sha DESC);
CREATE INDEX IF NOT EXISTS crowd_content ON digest (scope, key, bucket, sha);
CREATE INDEX IF NOT EXISTS crowd_naming ON digest (scope, pkey, pbucket, end DESC);
CREATE INDEX IF NOT EXISTS crowd_meaning ON digest (scope, pkey, pbucket, psha, end DESC);
CREATE TABLE IF NOT EXISTS heir (scope INTEGER, pkey TEXT, pbucket TEXT, end TEXT, place TEXT, sha TEXT, says_sha TEXT,
  says_signature TEXT, says_supported INTEGER);
CREATE INDEX IF NOT EXISTS heir_place ON heir (scope, pkey, pbucket, end DESC);
"""
NAMED = """(SELECT count(*) FROM (SELECT 1 FROM digest n INDEXED BY crowd_naming
  WHERE n.scope = d.scope AND n.pkey = d.key AND n.pbucket = d.bucket LIMIT 2))"""
"""How many name a place, up to two: none, one, or several is all that is asked."""
_HEIRS = """SELECT place, sha, says_sha, says_signature, says_supported FROM heir
WHERE scope = ?1 AND pkey = ?2 AND pbucket = ?3 AND end {} ?4 AND sha <> ?5 ORDER BY end DESC"""
_CARRIERS = """SELECT bucket || '/' || key, sha, psha, psignature, psupported FROM digest INDEXED BY {}
WHERE scope = ?1 AND pkey = ?2 AND pbucket = ?3 AND end {} ?4 AND sha <> ?5 {} ORDER BY end DESC LIMIT ?6"""
_BACKWARD = """SELECT EXISTS (SELECT 1 FROM digest d WHERE scope = ? AND (SELECT o.end FROM digest o INDEXED BY crowd_standing
  WHERE o.scope = d.scope AND o.key = d.pkey AND o.bucket = d.pbucket ORDER BY o.end DESC LIMIT 1) >= d.end)"""
_MEANT = """SELECT o.id FROM digest d JOIN digest o INDEXED BY crowd_content
ON o.scope = d.scope AND o.key = d.pkey AND o.bucket = d.pbucket AND o.sha = d.psha WHERE d.id = ? ORDER BY o.id LIMIT 1"""
_STANDING = """SELECT o.id FROM digest d JOIN digest o INDEXED BY crowd_standing
ON o.scope = d.scope AND o.key = d.pkey AND o.bucket = d.pbucket WHERE d.id = ?
ORDER BY o.end DESC, o.start DESC, o.sha DESC, o.id LIMIT 1"""


class Crowd:
    """The crowded places of one scope; the same answers as ``Links`` gives elsewhere, but for carriers beyond what is tried."""

    def __init__(self, ledger: Ledger, scope: int) -> None:
        self._ledger, self._db, self._scope = ledger, ledger.db, scope
        if not ledger.crowded:
            ledger.crowded = True
            self._db.executescript(_MADE)
            self._db.execute("BEGIN")

    @classmethod
    def of(cls, ledger: Ledger, scope: int) -> Crowd | None:
        """The crowd of a scope, or None where no place of it is crowded."""
        return cls(ledger, scope) if ledger.number(_IS_CROWDED, scope, FROM) else None

    def note(self, node: Node) -> None:
        """Keeps what a proven digest says about the one before it."""
        link = node.digest.previous
        if node.proven and link:
            says = (link.sha256, link.signature, link.supported)
            row = (self._scope, link.key, link.bucket, node.end, node.digest.place, node.digest.sha256, *says)
            self._db.execute("INSERT INTO heir VALUES (?,?,?,?,?,?,?,?,?)", row)

    def newer(self, node: Node) -> Iterator[Newer]:
        """Every proven digest that names this place, then as many others as are tried: some that mean this content, some that do not."""
        later = ">=" if node.backfill else ">"
        facts = (self._scope, node.digest.key, node.digest.bucket, node.end, node.digest.sha256)
        told = set()
        for place, sha, *says in self._db.execute(_HEIRS.format(later), facts).fetchall():
            told.add(sha)
            yield Newer(place, True, says[0], says[1], bool(says[2]))
        for index, meant in (("crowd_meaning", "AND psha = ?5"), ("crowd_naming", "")):
            rows = self._db.execute(
                _CARRIERS.format(index, later, meant), (*facts, MOST_CARRIED + len(told))
            ).fetchall()
            for place, sha, *says in rows:
                if sha not in told:
                    told.add(sha)
                    yield Newer(place, False, says[0], says[1], bool(says[2]))

    def leads_back(self) -> bool:
        """Whether a link leads to a digest that ends no earlier."""
        return bool(self._ledger.number(_BACKWARD, self._scope))

    def before(self, number: int) -> int | None:
        """Where the link of a digest leads."""
        row = self._db.execute(_MEANT, (number,)).fetchone() or self._db.execute(_STANDING, (number,)).fetchone()
        return row[0] if row else None
