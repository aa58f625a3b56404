"""What one run has seen and found, on disk: memory stays the same for a thousand files and for a million.

A temporary SQLite database that nobody else sees and that is gone with the run. Not evidence, not derived data: scratch
paper. Text from evidence is bound, never part of a statement.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ctforensics.verify.digests import Facts, Listed, Scope
from ctforensics.verify.outcome import FileOutcome
from ctforensics.verify.spool import PARTS, Spool

_TABLES = """
CREATE TABLE seen (id INTEGER PRIMARY KEY, root TEXT, path TEXT, place TEXT, name TEXT, kind TEXT, sha BLOB, joined BLOB,
  flags TEXT, fault TEXT);
CREATE TABLE digest (id INTEGER PRIMARY KEY, scope INTEGER, bucket TEXT, key TEXT, start TEXT, end TEXT, stamp TEXT,
  fingerprint TEXT, supported INTEGER, pbucket TEXT, pkey TEXT, psha TEXT, psignature TEXT, psupported INTEGER,
  sha TEXT, backfill INTEGER, genuine INTEGER DEFAULT 0, proven INTEGER DEFAULT 0, selected INTEGER DEFAULT 0,
  plain TEXT);
CREATE TABLE scope (id INTEGER PRIMARY KEY, account TEXT, region TEXT, trail TEXT);
CREATE TABLE listed (digest INTEGER, place TEXT, key TEXT, sha BLOB, odd INTEGER, oldest TEXT, newest TEXT);
CREATE TABLE place (root TEXT, path TEXT, place TEXT, PRIMARY KEY (root, path)) WITHOUT ROWID;
CREATE TABLE metadata (place TEXT, key TEXT, signature TEXT, algorithm TEXT, generated TEXT);
CREATE TABLE judged (id INTEGER PRIMARY KEY);
CREATE TABLE outcome (code TEXT, key TEXT, kind TEXT, detail TEXT, root TEXT, path TEXT, content_sha256 TEXT, account TEXT,
  region TEXT, trail TEXT, digest TEXT, since TEXT, until TEXT, events_since TEXT, events_until TEXT,
  turn TEXT);
"""
_INDEXES = """
CREATE INDEX digest_time ON digest (scope, end DESC, start DESC, sha DESC);
CREATE INDEX digest_key ON digest (scope, key);
CREATE INDEX digest_pkey ON digest (scope, pkey);
CREATE INDEX metadata_place ON metadata (place);
"""
_INDEXES_OF_LEFT = """
CREATE INDEX seen_sha ON seen (sha);
CREATE INDEX seen_joined ON seen (joined) WHERE joined IS NOT NULL;
CREATE INDEX listed_place ON listed (place);
CREATE INDEX listed_key ON listed (key);
CREATE INDEX listed_sha ON listed (sha);
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One object that was opened, or could not be. ``sha`` is of its content; ``joined`` of all members together."""

    id: int
    root: str
    path: str
    place: str
    kind: str
    sha: bytes | None
    joined: bytes | None
    flags: tuple[str, ...]
    fault: str | None

    @property
    def name(self) -> str:
        """The last part of its place."""
        return name_of(self.place)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature proposed by somebody's object metadata; proposing costs nothing, so it needs no protection."""

    signature: str
    algorithm: str
    generated: str | None


def printable(path: str) -> str:
    """A path as text that can be stored and compared: bytes that are no UTF-8 stand escaped, accents are composed."""
    if path.isascii():
        return path
    return unicodedata.normalize("NFC", path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


CROWDED = 64
"""Files of one name up to which they are simply looked through."""

GOOD, PASSED = 1, 2
_ADD_OUTCOME = "INSERT INTO outcome VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_ADD_DIGEST = "INSERT INTO digest VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,0,0,NULL)"

_ADD_PLAIN_DIGESTS = """INSERT INTO outcome SELECT d.plain, d.bucket || '/' || d.key, 'digest', '', s.root, coalesce(s.path, s.place), d.sha,
c.account, c.region, c.trail, NULL, d.start, d.end, NULL, NULL, ?2 || ' ' || d.start || ' ' || d.end || ' ' || d.sha
FROM digest d JOIN seen s USING (id) JOIN scope c ON c.id = d.scope WHERE d.scope = ?1 AND d.plain IS NOT NULL"""


class Ledger:
    """The scratch paper of one run."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ctforensics-verify-", ignore_cleanup_errors=True)
        self.db = sqlite3.connect(Path(self._folder.name) / "ledger", check_same_thread=False, isolation_level=None)
        self.db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-1000; PRAGMA temp.cache_size=-1000; PRAGMA temp_store=FILE;"
            + _TABLES
        )
        self.db.create_function("backward", 1, _backward, deterministic=True)
        self.db.execute("BEGIN")
        self.scopes: dict[Scope, int] = {}
        self._numbers: dict[Scope, int] = {}
        self._indexed: set[str] = set()
        self.crowded = False
        self.logs = Spool(Path(self._folder.name) / "logs")
        self.listings = Spool(Path(self._folder.name) / "listings")
        self.moved_to, self.places_differ = "", True

    def close(self) -> None:
        """Throws everything away."""
        self.db.close()
        self.logs.close()
        self.listings.close()
        self._folder.cleanup()

    # -- taking in ------------------------------------------------------------------------------------------------

    def add_seen(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """What is no clean log file: id, root, path where it is not the place, place, kind, sha, joined, flags, fault."""
        self.db.executemany(
            "INSERT INTO seen VALUES (?,?,?,?,?,?,?,?,?,?)", ((*row[:4], name_of(row[3]), *row[4:]) for row in rows)
        )

    def add_digests(self, found: list[tuple[int, Facts, list[Listed]]]) -> None:
        """Digests that could be read, with the ids of what was seen, and what they list."""
        if found:
            self.db.executemany(_ADD_DIGEST, [self._digest_row(number, *facts) for number, facts, _ in found])
            parts = self.listings.parts
            for number, _, listed in found:
                for log in listed:
                    parts[log[2][0] % PARTS].append((number, log))
                self.listings.added(len(listed))

    def _digest_row(self, number: int, scope: Scope, *facts: Any) -> tuple[Any, ...]:
        of_scope = self._numbers.get(scope)
        if of_scope is None:
            of_scope = self._numbers[scope] = self._number_of(scope._replace(backfill=False))
        return number, of_scope, *facts, scope.backfill

    def _number_of(self, scope: Scope) -> int:
        if scope not in self.scopes:
            number = self.scopes[scope] = len(self.scopes)
            self.db.execute("INSERT INTO scope VALUES (?,?,?,?)", (number, scope.account, scope.region, scope.trail))
        return self.scopes[scope]

    def add_places(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Where acquired objects came from: root, path, BUCKET/KEY."""
        self.db.executemany("INSERT OR REPLACE INTO place VALUES (?,?,?)", rows)

    def add_metadata(self, rows: Iterable[tuple[str, Signature]]) -> None:
        """Proposed signatures by BUCKET/KEY."""
        self.db.executemany(
            "INSERT INTO metadata VALUES (?,?,?,?,?)",
            ((place, place.partition("/")[2], s.signature, s.algorithm, s.generated) for place, s in rows),
        )

    def known_place(self, root: str, path: str) -> str | None:
        """The BUCKET/KEY that the register gives for an object."""
        row = self.db.execute("SELECT place FROM place WHERE root = ? AND path = ?", (root, path)).fetchone()
        return row[0] if row else None

    def finish_taking_in(self) -> None:
        """Makes the first indexes, once, when everything was read."""
        self.db.executescript(_INDEXES)
        self.db.execute("BEGIN")

    def move_to(self, bucket: str) -> None:
        """Says that everything that was seen is the content of one bucket."""
        self.moved_to = f"{bucket}/"
        self.db.execute(
            "UPDATE seen SET path = coalesce(path, place), place = ?1 || place WHERE substr(place, 1, ?2) <> ?1",
            (self.moved_to, len(self.moved_to)),
        )

    def stands(self, place: str) -> str:
        """The place of a spooled log file after ``move_to``."""
        return place if place.startswith(self.moved_to) else self.moved_to + place

    def write_logs(self, logs: Iterable[tuple[bytes, str, int, str, str | None]]) -> None:
        """Log files out of the spool that have to be judged one by one."""
        self.add_seen(
            (
                number,
                root,
                path if path is not None or not self.moved_to else at,
                self.stands(at),
                "log",
                sha,
                None,
                None,
                None,
            )
            for sha, at, number, root, path in logs
        )

    def write_listings(self, listings: Iterable[tuple[int, Listed]]) -> None:
        """Listings out of the spool that have to be judged one by one, by the id of their digest."""
        self.db.executemany(
            "INSERT INTO listed VALUES (?,?,?,?,?,?,?)",
            ((number, f"{bucket}/{key}", key, *facts) for number, (bucket, key, *facts) in listings),
        )

    def finish_writing(self) -> bool:
        """Makes the indexes of what has to be judged one by one; false where there is nothing of it."""
        self.db.executescript(_INDEXES_OF_LEFT)
        self.db.execute("BEGIN")
        return bool(
            self.number("SELECT EXISTS (SELECT 1 FROM listed) OR EXISTS (SELECT 1 FROM seen WHERE kind = 'log')")
        )

    # -- looking up -----------------------------------------------------------------------------------------------

    def signatures(self, places: Iterable[str]) -> list[Signature]:
        """What object metadata proposes for these places (BUCKET/KEY), each once."""
        found: dict[Signature, None] = {}
        for place in places:
            rows = self.db.execute("SELECT signature, algorithm, generated FROM metadata WHERE place = ?", (place,))
            found.update((Signature(*row), None) for row in rows)
        return list(found)

    def metadata_places(self, key: str) -> list[str]:
        """The BUCKET/KEYs for which metadata is at hand under that key, in any bucket."""
        self.index("metadata", "key")
        return [row[0] for row in self.db.execute("SELECT DISTINCT place FROM metadata WHERE key = ?", (key,))]

    def seen(self, number: int) -> Seen:
        """What was seen under this id."""
        return _seen(self.db.execute("SELECT * FROM seen WHERE id = ?", (number,)).fetchone())

    def seen_where(self, condition: str, *values: Any) -> Iterator[Seen]:
        """What was seen and fits a condition written in this package (never text from evidence)."""
        for row in self.db.execute(f"SELECT * FROM seen WHERE {condition}", values):
            yield _seen(row)

    def buckets_of_roots(self) -> dict[str, str]:
        """The bucket that a root mirrors, where its proven digests stand at their keys and all name the same one."""
        rows = self.db.execute("""SELECT s.root, min(d.bucket) FROM digest d JOIN seen s ON s.id = d.id
            WHERE d.proven AND s.place = d.key GROUP BY s.root HAVING count(DISTINCT d.bucket) = 1""")
        return {str(root): str(bucket) for root, bucket in rows}

    def at_place(self, bucket_key: str, key: str) -> list[Seen]:
        """The objects that stand where BUCKET/KEY belongs: as the register says, or by the end of their path."""
        self.index("seen", "name")
        name = printable(key.rsplit("/", 1)[-1])
        names = (name, name.removesuffix(".gz"))
        if (
            self.number(f"SELECT count(*) FROM (SELECT 1 FROM seen WHERE name IN (?, ?) LIMIT {CROWDED + 1})", *names)
            > CROWDED
        ):
            return self._at_crowded_place(bucket_key, key)
        return [s for s in self.seen_where("name IN (?, ?) ORDER BY id", *names) if stands_at(s.place, bucket_key, key)]

    def _at_crowded_place(self, bucket_key: str, key: str) -> list[Seen]:
        """The same where very many files bear one name: looked up from the end of their paths."""
        self.index("seen", "backward(place)", "backward")
        wanted, end = printable(key), printable(bucket_key)
        exact = {key, bucket_key, wanted, end, wanted.removesuffix(".gz"), end.removesuffix(".gz")}
        found: dict[int, Seen] = {}
        for place in exact:
            found.update((seen.id, seen) for seen in self.seen_where("backward(place) = ?", _backward(place)))
        for tail in {f"/{end}", f"/{end.removesuffix('.gz')}"}:
            least = _backward(tail)
            fits = self.seen_where("backward(place) >= ? AND backward(place) < ?", least, least + chr(0x10FFFF))
            found.update((seen.id, seen) for seen in fits)
        return [found[number] for number in sorted(found) if stands_at(found[number].place, bucket_key, key)]

    def index(self, table: str, column: str, name: str = "") -> None:
        """Makes an index that only unusual archives need, once."""
        if column not in self._indexed:
            self._indexed.add(column)
            self.db.execute(f"CREATE INDEX {table}_{name or column} ON {table} ({column})")

    # -- results --------------------------------------------------------------------------------------------------

    def digest_marks(self) -> bytearray:
        """By id a mark for each digest: ``GOOD`` is proven and selected, ``PASSED`` not selected, 0 any other, or none."""
        marks = bytearray(self.number("SELECT coalesce(max(id), 0) FROM digest") + 1)
        for number, proven, selected in self.db.execute("SELECT id, proven, selected FROM digest"):
            marks[number] = PASSED if not selected else GOOD if proven else 0
        return marks

    def mark_judged(self, numbers: Iterable[int]) -> None:
        """These objects have their outcome (or need none)."""
        self.db.executemany("INSERT OR IGNORE INTO judged VALUES (?)", ((n,) for n in numbers))

    def add_outcomes(self, outcomes: Iterable[FileOutcome]) -> None:
        """Outcomes in the order in which they are to be read back."""
        self.db.executemany(_ADD_OUTCOME, ((*_row(outcome), None) for outcome in outcomes))

    def add_in_turn(self, outcomes: Iterable[tuple[FileOutcome, str]]) -> None:
        """Outcomes that are to be read back before all others, by the text that is given with each."""
        self.db.executemany(_ADD_OUTCOME, ((*_row(outcome), turn) for outcome, turn in outcomes))

    def add_plain_digests(self, scope: int, turn: str) -> None:
        """Outcomes of the digests of one scope that were noted as plainly in order, to be read back in turn."""
        self.db.execute(_ADD_PLAIN_DIGESTS, (scope, turn))

    def add_plain(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Outcomes of log files plainly in order: place, root, path, hash, oldest and newest event time, id of the digest."""
        self.db.executemany(
            """INSERT INTO outcome SELECT 'L_OK', ?1, 'log', '', ?2, ?3, ?4, c.account, c.region, c.trail, d.bucket || '/' || d.key,
            d.start, d.end, ?5, ?6, NULL FROM digest d JOIN scope c ON c.id = d.scope WHERE d.id = ?7""",
            rows,
        )

    def outcomes(
        self, condition: str = "true", *values: Any, order: str = "turn NULLS LAST, rowid"
    ) -> Iterator[FileOutcome]:
        """The outcomes that were added, in order; the condition is written in this package."""
        for row in self.db.cursor().execute(f"SELECT * FROM outcome WHERE {condition} ORDER BY {order}", values):
            yield FileOutcome(*row[:11], *(datetime.fromisoformat(t) if t else None for t in row[11:15]))

    def count(self) -> dict[tuple[str, str], int]:
        """How many outcomes of each kind and code were added."""
        return {
            (k, c): n
            for k, c, n in self.db.execute("SELECT kind, code, count(*) FROM outcome GROUP BY 1, 2 ORDER BY 1, 2")
        }

    def number(self, statement: str, *values: Any) -> int:
        """The one number that a statement of this package gives."""
        return int(self.db.execute(statement, values).fetchone()[0])


def _backward(text: str) -> str:
    return text[::-1]


def name_of(place: str) -> str:
    """The last part of a place or key."""
    return place[place.rfind("/") + 1 :]


def stands_at(place: str, bucket_key: str, key: str) -> bool:
    """Whether an object's place is the very one: the key itself, or a path that ends in BUCKET/KEY (also without ``.gz``)."""
    if place in (key, bucket_key):
        return True
    wanted, end = printable(key), printable(bucket_key)
    for cut in ("", ".gz"):
        w, e = wanted.removesuffix(cut), end.removesuffix(cut)
        if place in (w, e) or place.endswith("/" + e):
            return True
    return False


def _seen(row: tuple[Any, ...]) -> Seen:
    number, root, path, place, _, kind, sha, joined, flags, fault = row
    place = sys.intern(place)  # a digest mostly stands where it claims to: one text for both
    return Seen(
        number,
        sys.intern(root),
        place if path is None else path,
        place,
        sys.intern(kind),
        sha,
        joined,
        tuple(flags.split(" ")) if flags else (),
        fault,
    )


def _row(o: FileOutcome) -> tuple[Any, ...]:
    return (
        str(o.code), o.key, o.kind, o.detail, o.root, o.path, o.content_sha256, o.account, o.region, o.trail, o.digest,
        _text(o.since), _text(o.until), _text(o.events_since), _text(o.events_until),
    )  # fmt: skip


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
