"""Log files that are plainly in order, which nearly all are: matched all at once, and written nowhere a second time.

Plainly in order: listed once by one proven digest, there once, at its place, in a clean container. What is not matched here is
judged one by one in ``logfiles``; being matched here changes no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctforensics.verify.ledger import Ledger
from ctforensics.verify.outcome import FileOutcome

_MATCH = """
CREATE TEMP TABLE good AS SELECT id FROM digest WHERE proven AND selected;
CREATE UNIQUE INDEX temp.good_id ON good (id);
CREATE TEMP TABLE twice AS
  SELECT sha FROM listed GROUP BY sha HAVING count(*) > 1
  UNION SELECT sha FROM seen WHERE sha IS NOT NULL GROUP BY sha HAVING count(*) > 1
  UNION SELECT joined FROM seen WHERE joined IS NOT NULL;
CREATE TEMP TABLE crowded AS SELECT place FROM listed GROUP BY place HAVING count(*) > 1;
INSERT INTO clean
SELECT l.rowid, s.id FROM listed l CROSS JOIN seen s ON s.sha = l.sha
WHERE l.odd = 0 AND l.digest IN good AND s.flags IS NULL AND s.fault IS NULL AND (s.place = l.place OR s.place = l.key)
  AND l.sha NOT IN twice AND l.place NOT IN crowded
ORDER BY l.rowid;
"""
_COLUMNS = """
SELECT 'L_OK', l.place, 'log', '', s.root, coalesce(s.path, s.place), lower(hex(s.sha)), c.account, c.region, c.trail,
  d.bucket || '/' || d.key, d.start, d.end, substr(l.oldest, 1, 19), substr(l.newest, 1, 19)
FROM clean JOIN listed l ON l.rowid = clean.listing JOIN seen s ON s.id = clean.seen JOIN digest d ON d.id = l.digest
  JOIN scope c ON c.id = d.scope ORDER BY l.place"""


def match(ledger: Ledger) -> None:
    """Fills ``clean``, once the digests are judged. What comes after is read back behind these."""
    for statement in _MATCH.split(";\n"):
        ledger.db.execute(statement)
    ledger.plain_after = ledger.number("SELECT count(*) FROM outcome")


def count(ledger: Ledger) -> int:
    """How many log files are plainly in order."""
    return ledger.number("SELECT count(*) FROM clean")


def is_all(ledger: Ledger) -> bool:
    """Whether every listing of every digest is plainly in order, and there is no other log file."""
    plain = count(ledger)
    listed, logs = (
        ledger.number("SELECT count(*) FROM listed"),
        ledger.number("SELECT count(*) FROM seen WHERE kind = 'log'"),
    )
    return plain == listed == logs


def outcomes(ledger: Ledger) -> Iterator[FileOutcome]:
    """Their outcomes, in the order of their places."""
    return ledger.read_outcomes(_COLUMNS)
