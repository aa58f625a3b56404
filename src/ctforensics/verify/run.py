"""One run: every object is read once, digests are proven, log files matched, reach and expectation judged.

Offline: nothing here talks to AWS. Files alone decide; what records say (stops, selectors) is joined in ``coverage``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import Located
from ctforensics.trail import object_keys
from ctforensics.verify import answers, expect, lake, logfiles, reach, reading, unlisted
from ctforensics.verify import trails as one_trail
from ctforensics.verify.expect import Expectation
from ctforensics.verify.heads import from_heads
from ctforensics.verify.keys import KeyStore, weakest
from ctforensics.verify.ledger import Ledger, Signature, printable
from ctforensics.verify.outcome import FileOutcome, Finding
from ctforensics.verify.result import Outcomes, Verification, tally
from ctforensics.verify.selection import Selection

_HOUR = timedelta(hours=1)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """A run makes a few objects for every file and hardly a circle among them: looking for such costs a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_rare_collections()
def verify(
    objects: Iterable[Located],
    *,
    keys: KeyStore,
    metadata: Mapping[str, Any] | None = None,
    places: Iterable[tuple[str, str, str]] | None = None,
    signatures: Iterable[tuple[str, Signature]] = (),
    expectation: Expectation | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    accounts: Iterable[str] | None = None,
    regions: Iterable[str] | None = None,
    trails: Iterable[str] | None = None,
    jobs: int = 2,
    progress: Callable[[int], None] | None = None,
    limits: Limits = reading.LIMITS,
) -> Verification:
    """Judges these objects. Never raises for what is wrong with the evidence.

    ``metadata`` maps BUCKET/KEY to HEAD answers; ``signatures`` and ``places`` (root, path, BUCKET/KEY) say the same for
    objects that a case acquired. ``trails`` are trail names or ARNs. Times are naive UTC, by delivery. ``limits`` say how far a file is opened.
    """
    selection = Selection.of(since, until, accounts, regions, trails)
    ledger = Ledger()
    registered = places is not None
    ledger.add_places((root, path, printable(place)) for root, path, place in places or ())
    ledger.add_metadata(signatures)
    ledger.add_metadata(from_heads(metadata or {}))
    signs = reading.read_all(objects, ledger, registered=registered, jobs=jobs, progress=progress, limits=limits)
    _name_bucket(ledger)
    findings, origins, covers = _judge_digests(ledger, keys, selection)
    ledger.add_outcomes(_broken_digests(ledger, selection))
    files = Outcomes(ledger)
    loose = unlisted.Loose()
    if files.match_plain():
        ledger.add_outcomes(logfiles.judge(ledger))
        files.end_of_listed()
        ledger.add_outcomes(unlisted.judge(ledger, covers, selection, loose))
    ledger.add_outcomes(lake.judge(ledger, signs, keys, origins))
    findings += reach.findings(covers, loose, selection)
    if expectation:
        known = {(f.code, f.account, f.region, f.trail) for f in findings}
        findings += [
            f
            for f in expect.lacking(expectation, covers, selection)
            if (f.code, f.account, f.region, f.trail) not in known
        ]
    return _conclude(ledger, files, selection, findings, covers, loose, expectation, origins)


def _name_bucket(ledger: Ledger) -> None:
    """A folder that is one bucket's content, with metadata that names one bucket which no digest claims: it is that one."""
    buckets = {
        row[0] for row in ledger.db.execute("SELECT DISTINCT substr(place, 1, instr(place, '/') - 1) FROM metadata")
    }
    if len(buckets) != 1:
        return
    (bucket,) = buckets
    claimed = {row[0] for row in ledger.db.execute("SELECT DISTINCT bucket FROM digest")}
    if bucket and claimed and bucket not in claimed:
        ledger.move_to(bucket)


def _judge_digests(
    ledger: Ledger, keys: KeyStore, selection: Selection
) -> tuple[list[Finding], set[str], unlisted.Covers]:
    findings: list[Finding] = []
    origins: set[str] = set()
    covers: unlisted.Covers = {}
    ordered = sorted(ledger.scopes, key=lambda s: (s.organization, s.account, s.region, s.trail, s.home_region))
    for turn, scope in enumerate(ordered):
        judged = one_trail.judge(ledger, scope, turn, keys, selection)
        covers.setdefault((scope.account, scope.region), []).append(judged.cover)
        findings += judged.findings
        origins |= judged.origins
    return findings, origins, covers


def _broken_digests(ledger: Ledger, selection: Selection) -> Iterator[FileOutcome]:
    """Files that are digests by name or content and could not be read as one."""
    broken = (
        "kind = 'digest' AND fault IS NOT NULL AND id NOT IN (SELECT id FROM digest) ORDER BY coalesce(path, place), id"
    )
    for seen in ledger.seen_where(broken):
        key = object_keys.parse(seen.name)
        if key and not (selection.has(key.account, key.region) and selection.has_hour(key.stamp - _HOUR, key.stamp)):
            continue
        code, found, text = (seen.fault or "").partition(": ")
        yield FileOutcome(
            code if found and code.startswith("D_") else "D_BAD_FORMAT",
            seen.place,
            "digest",
            text if found and code.startswith("D_") else seen.fault or "",
            root=seen.root,
            path=seen.path,
            content_sha256=seen.sha.hex() if seen.sha else None,
            account=key.account if key else None,
            region=key.region if key else None,
            trail=key.trail if key else None,
            until=key.stamp if key else None,
        )


def _conclude(
    ledger: Ledger,
    files: Outcomes,
    selection: Selection,
    findings: list[Finding],
    covers: unlisted.Covers,
    loose: unlisted.Loose,
    expectation: Expectation | None,
    origins: set[str],
) -> Verification:
    findings.sort(
        key=lambda f: (f.account or "", f.region or "", f.trail or "", f.since or datetime.min, f.code, f.detail)
    )
    counts = tally(ledger, files.plain)
    authentic, reasons = answers.authentic(ledger, counts, findings, selection)
    complete, why = answers.complete(ledger, findings, covers, expectation, selection)
    asked = selection.since is not None or selection.until is not None
    here = [edge for group in covers.values() for c in group for span in c.spans for edge in span]
    return Verification(
        authentic=authentic,
        complete=complete,
        keys_from=weakest(origins),
        since=selection.since,
        until=selection.until,
        window_source="asked" if asked else "what is here",
        here=(min(here), max(here)) if here else None,
        expected=expectation.to_json() if expectation else None,
        counts=counts,
        files=files,
        findings=findings,
        reasons=reasons + why + answers.not_judged(counts, loose),
        asked=selection.to_json(),
    )
