"""Log files against the digests that list them: by hash, whatever they are called, and by place where the hash is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from ctforensics.trail import object_keys
from ctforensics.verify.digests import OTHER_SCOPE, UNSAFE, UNSUPPORTED, Scope
from ctforensics.verify.ledger import Ledger, Seen
from ctforensics.verify.outcome import FileOutcome, words

# What `aws s3 cp`, rsync and browsers leave behind when they are interrupted.
LEFTOVER = re.compile(r"\.json(\.gz)?\.[0-9A-Za-z]{6,8}$|^\..+\.[0-9A-Za-z]{6}$|\.(crdownload|part|partial|tmp)$")
_BROKEN = {"truncated", "deflate_error", "container:crc", "container:plain", "container:header"}
_LISTINGS = """
SELECT l.place, l.key, l.sha, l.odd, l.oldest, l.newest, d.proven, d.bucket || '/' || d.key, d.start, d.end, d.scope
FROM listed l JOIN digest d ON d.id = l.digest
WHERE d.selected ORDER BY l.place, d.proven DESC, d.end, d.id
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """One log file in the list of one digest."""

    place: str
    key: str
    sha: bytes
    odd: int
    oldest: str
    newest: str
    proven: bool
    digest: str
    start: str
    end: str
    scope: Scope


def judge(ledger: Ledger) -> Iterator[FileOutcome]:
    """The outcome of every log file that a selected digest lists and that is not plainly in order, and of further copies."""
    scopes, astray = list(ledger.scopes), _Astray(ledger)
    rows = ledger.db.cursor().execute(_LISTINGS)
    for _, group in groupby(rows, key=lambda row: row[0]):
        listings = [_listing(row, scopes) for row in group]
        yield from _judge_place(ledger, listings, astray)


def _listing(row: tuple[Any, ...], scopes: list[Scope]) -> Listing:
    place, key, sha, odd, oldest, newest, proven, digest, start, end, scope = row
    return Listing(place, key, sha, odd, oldest, newest, bool(proven), digest, start, end, scopes[scope])


def _judge_place(ledger: Ledger, listings: list[Listing], strays: _Astray) -> Iterator[FileOutcome]:
    first = listings[0]
    believed = [listing for listing in listings if listing.proven == first.proven]
    wanted = {listing.sha for listing in believed}
    at_place = ledger.at_place(first.place, first.key)
    here = sorted((seen for seen in at_place if {seen.sha, seen.joined} & wanted), key=lambda s: _match(s, wanted))
    others = [seen for seen in at_place if seen not in here]
    standing = [] if here else others
    astray, told = strays.of(wanted, here)
    if here:
        code, detail = _at_its_place(first, here[0])
    elif standing:
        code, detail = _other_content(first, standing[0], astray)
    elif astray:
        code, detail = _elsewhere(first, astray[0])
    else:
        code, detail = ("L_MISSING" if first.proven else "L_MISSING_UNVERIFIED"), f"listed by {first.digest}"
    primary = next(iter([*here, *standing, *astray]), None)
    if first.odd & UNSAFE:
        code, detail = "L_UNSAFE_KEY", "it would lead out of its folder"
    elif any(listing.odd & UNSUPPORTED for listing in believed):
        code, detail = "L_UNSUPPORTED_ALGO", f"listed by {first.digest}"
    elif first.proven and len(wanted) > 1:
        code, detail = "L_CONFLICT", " and ".join(sorted({listing.digest for listing in believed}))
    yield _outcome(code, first, detail, primary)
    copies = [
        seen for seen in [*here, *([] if told else astray)] if seen is not primary and not LEFTOVER.search(seen.name)
    ]
    ledger.mark_judged(seen.id for seen in {*here, *others, *astray})
    for copy in copies:
        yield _outcome(*_copy(first, copy, bool(here)), copy)
    for other in (
        others
    ):  # of another root, of another version: what was altered is told though the genuine content is here as well
        if other is not primary:
            code, detail = _other_content(first, other, [*here, *astray])
            yield _outcome(code, first, detail, other)


def _match(seen: Seen, wanted: set[bytes]) -> tuple[bytes, bool, int]:
    """Contents in the order of their hashes, one file before what only several members together give."""
    own = seen.sha if seen.sha in wanted else None
    return own or seen.joined or b"", own is None, seen.id


class _Astray:
    """Files of listed content that stand at no listed place. They are looked for once for each content: thousands of listings may
    name one hash, and thousands of files have it, and each copy is told once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._first: dict[frozenset[bytes], int | None] = {}

    def of(self, wanted: set[bytes], here: list[Seen]) -> tuple[list[Seen], bool]:
        """The files, and whether they were given before: then only the first of them is given again, as it may be what is missing."""
        asked = frozenset(wanted)
        if asked in self._first:
            number = self._first[asked]
            return [self._ledger.seen(number)] if number is not None else [], True
        found = [
            seen
            for seen in sorted(self._matches(wanted), key=lambda s: _match(s, wanted))
            if seen not in here and not is_listed_place(self._ledger, seen)
        ]
        if self._ledger.number("SELECT count(*) FROM (SELECT 1 FROM listed WHERE sha = ? LIMIT 2)", min(wanted)) > 1:
            self._first[asked] = found[0].id if found else None
        return found, False

    def _matches(self, wanted: set[bytes]) -> list[Seen]:
        found: dict[int, Seen] = {}
        for sha in wanted:
            for column in ("sha", "joined"):
                found.update((seen.id, seen) for seen in self._ledger.seen_where(f"{column} = ?", sha))
        return list(found.values())


def is_listed_place(ledger: Ledger, seen: Seen) -> bool:
    """Whether an object stands where some digest lists a log file: then it is judged there."""
    row = ledger.db.execute(
        "SELECT 1 FROM listed WHERE place = ? OR key = ? LIMIT 1", (seen.place, seen.place)
    ).fetchone()
    if row is None and "/" in seen.place:  # a mirror of buckets that stands deeper in its root
        tail = seen.place.split("/AWSLogs/")[0].rpartition("/")[0]
        inner = seen.place[len(tail) + 1 :] if tail else seen.place
        row = ledger.db.execute("SELECT 1 FROM listed WHERE place = ? LIMIT 1", (inner,)).fetchone()
    return row is not None


def _at_its_place(listing: Listing, seen: Seen) -> tuple[str, str]:
    if "trailing_content" in seen.flags and seen.sha == listing.sha:
        return "L_TRAILING", "the loader takes the authentic part alone"
    if not listing.proven:
        return "L_DIGEST_UNVERIFIED", f"listed by {listing.digest}"
    if listing.odd & OTHER_SCOPE and _is_of_other_scope(listing):
        return "L_SCOPE", f"listed by {listing.digest}"
    if seen.flags or listing.key.endswith(".gz") != seen.name.endswith(".gz"):
        return "L_OK_CONTAINER", f"{words('L_OK_CONTAINER')}: {', '.join(seen.flags) or 'stored without compression'}"
    return "L_OK", ""


def _other_content(listing: Listing, seen: Seen, astray: list[Seen]) -> tuple[str, str]:
    where = f"; the genuine content stands at {astray[0].path}" if astray else ""
    if seen.fault or _BROKEN & set(seen.flags) or _is_empty(seen):
        return "L_FORMAT", f"{words('L_FORMAT')}: {seen.fault or ', '.join(seen.flags) or 'it is empty'}{where}"
    if not listing.proven:
        return "L_MISMATCH_UNVERIFIED", f"listed by {listing.digest}{where}"
    return "L_HASH", f"listed by {listing.digest}{where}"


def _elsewhere(listing: Listing, seen: Seen) -> tuple[str, str]:
    if not listing.proven:
        return "L_DIGEST_UNVERIFIED", f"listed by {listing.digest}"
    if "trailing_content" in seen.flags and seen.sha == listing.sha:
        return "L_TRAILING", "the loader takes the authentic part alone"
    return "L_RELOCATED", f"{words('L_RELOCATED')}: {seen.place}"


def _copy(listing: Listing, copy: Seen, original_here: bool) -> tuple[str, Listing, str]:
    if "trailing_content" in copy.flags and copy.sha == listing.sha:
        return "L_TRAILING", listing, "a copy with more content behind it"
    if not listing.proven:
        return "L_DIGEST_UNVERIFIED", listing, f"listed by {listing.digest}"
    return ("L_DUPLICATE" if original_here else "L_RELOCATED"), listing, f"a copy stands at {copy.place}"


_EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def _is_empty(seen: Seen) -> bool:
    return seen.sha == _EMPTY


def _is_of_other_scope(listing: Listing) -> bool:
    key = object_keys.parse(listing.key)
    return key is None or (key.account, key.region) != (listing.scope.account, listing.scope.region)


def _outcome(code: str, listing: Listing, detail: str, seen: Seen | None) -> FileOutcome:
    at = datetime.fromisoformat
    sha = seen.sha if seen else None
    if seen and seen.joined and seen.joined == listing.sha:
        sha = seen.joined
    return FileOutcome(
        code,
        listing.place,
        "log",
        detail,
        root=seen.root if seen else None,
        path=seen.path if seen else None,
        content_sha256=sha.hex() if sha else None,
        account=listing.scope.account,
        region=listing.scope.region,
        trail=listing.scope.trail,
        digest=listing.digest,
        since=at(listing.start),
        until=at(listing.end),
        events_since=at(listing.oldest[:-1]),
        events_until=at(listing.newest[:-1]),
    )
