"""What one run of verification came to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ctforensics import cards, clock
from ctforensics.verify.ledger import Ledger
from ctforensics.verify.outcome import CLASSES, FileOutcome, Finding, class_of, words
from ctforensics.verify.plain import Plain

SCHEMA = "ctforensics/verification/1"
_ROWS = "SELECT count(*) FROM outcome"
PLAIN = ("D_OK", "D_OK_CHAIN", "L_OK", "Q_OK")


class Outcomes:
    """The outcomes of a run, as often as one likes, from disk: digests, then listed log files by place, then the others.

    Log files that are plainly in order are only counted, until somebody reads their outcomes.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.plain = Plain(ledger)
        self._digests = self._listed = self._last = 0

    def match_plain(self) -> bool:
        """Matches what is plainly in order; whether anything is left to be judged one by one."""
        self._digests = self._listed = self._ledger.number(_ROWS)
        self.plain.match()
        return self._ledger.finish_writing()

    def end_of_listed(self) -> None:
        """Says that all listed log files were judged."""
        self._listed = self._ledger.number(_ROWS)

    def __iter__(self) -> Iterator[FileOutcome]:
        if not self._last:
            self._last = self._ledger.number(_ROWS)
            self.plain.write_outcomes()
        first, listed, last = self._digests, self._listed, self._last
        yield from self._ledger.outcomes("rowid <= ?", first)
        listings = "rowid > ? AND rowid <= ? OR rowid > ?"
        yield from self._ledger.outcomes(listings, first, listed, last, order="key, rowid")
        yield from self._ledger.outcomes("rowid > ? AND rowid <= ?", listed, last)

    def __len__(self) -> int:
        return (self._last or self._ledger.number(_ROWS)) + self.plain.count

    def notable(self) -> Iterator[FileOutcome]:
        """Those that are neither D_OK, D_OK_CHAIN, L_OK nor Q_OK."""
        return self._ledger.outcomes(f"code NOT IN {PLAIN!r}")


@dataclass(slots=True)
class Verification:
    """Two answers: ``authentic`` (ok, anomaly, unknown, fail) and ``complete`` (true, false, or null: nobody knows what
    should be here). ``keys_from`` says whose keys are trusted: aws, supplied, practice, or none."""

    authentic: str
    complete: bool | None
    keys_from: str
    since: datetime | None
    until: datetime | None
    window_source: str
    here: tuple[datetime, datetime] | None
    expected: dict[str, Any] | None
    counts: dict[str, Any]
    files: Outcomes
    findings: list[Finding]
    reasons: list[str] = field(default_factory=list)
    run: str | None = None
    asked: dict[str, list[str]] = field(default_factory=dict)

    @property
    def window(self) -> dict[str, Any]:
        """The window as JSON, with its source (asked, or what is here)."""
        since, until = (self.since, self.until) if self.window_source == "asked" else self.here or (None, None)
        return {
            "since": clock.utc_text(since) if since else None,
            "until": clock.utc_text(until) if until else None,
            "source": self.window_source,
        }

    def head(self) -> dict[str, Any]:
        """Everything but files and findings, as JSON."""
        return {
            "schema": SCHEMA,
            "authentic": self.authentic,
            "complete": self.complete,
            "keys_from": self.keys_from,
            "window": self.window,
            "asked": self.asked,
            "expected": self.expected,
            "counts": self.counts,
            "reasons": self.reasons,
        }

    def to_json(self, files: str = "all") -> dict[str, Any]:
        """The whole answer; ``files`` is all, findings (only what is not plainly ok) or none."""
        chosen = {"all": iter(self.files), "findings": self.files.notable(), "none": iter(())}[files]
        return self.head() | {
            "files": [outcome.to_json() for outcome in chosen],
            "findings": [finding.to_json() for finding in self.findings],
        }

    def keys_wanted(self) -> dict[str, tuple[datetime, datetime]]:
        """The regions of which public keys are not at hand, each with the time for which."""
        spans: dict[str, tuple[datetime, datetime]] = {}
        for outcome in self.files.notable():
            if outcome.code in ("D_NO_KEY", "Q_NO_KEY") and outcome.region and outcome.since and outcome.until:
                lo, hi = spans.get(outcome.region, (outcome.since, outcome.until))
                spans[outcome.region] = min(lo, outcome.since), max(hi, outcome.until)
        return spans

    def summary(self) -> Iterator[str]:
        """The run in a few lines: what is proven, the two answers, every code that is not plainly ok, every finding."""
        yield self.first_line()
        complete = {True: "yes", False: "NO", None: "not known"}[self.complete]
        yield f"Authentic: {self.authentic}. Complete: {complete}."
        yield from self.reasons
        for code, number in self.counts["codes"].items():
            if code not in PLAIN:
                yield f"{number:>7,}  {code} ({class_of(code)}): {words(code)}"
        for finding in self.findings:
            yield f"         {finding.sentence()}"

    def __repr__(self) -> str:
        return "\n".join(self.summary())

    def _repr_html_(self) -> str:
        complete = {True: "yes", False: "NO", None: "not known"}[self.complete]
        since, until = self.window["since"] or "", self.window["until"] or ""
        facts = [
            ("authentic", self.authentic),
            ("complete", complete),
            ("window", f"{since} to {until} ({self.window['source']})"),
        ]
        codes = [[f"{n:,}", c, class_of(c), words(c)] for c, n in self.counts["codes"].items()]
        found = [finding.sentence() for finding in self.findings]
        parts = [
            cards.facts(facts),
            cards.bullets(self.reasons),
            cards.table(["files", "code", "class", "meaning"], codes),
        ]
        parts += [cards.heading(f"{len(found):,} findings"), cards.bullets(found)] if found else []
        marks = ["PRACTICE"] if self.keys_from == "practice" else []
        return cards.card("Verification", *parts, sub=self.first_line(), marks=marks)

    def first_line(self) -> str:
        """One sentence: what is proven, what is not, whose keys say so."""
        proven, unproven = self.counts["proven"], self.counts["unproven"]
        start = f"{proven:,} of {proven + unproven:,} files are proven, {unproven:,} are not."
        if not proven + unproven:
            start = (
                "Nothing is here that could be verified."
                if not self.counts["proven_outside"]
                else (
                    f"Nothing of what was asked is here; {self.counts['proven_outside']:,} digests outside of it are proven."
                )
            )
        keys = {
            "aws": "Keys: fetched from AWS by this case.",
            "supplied": "Keys: SUPPLIED with the evidence or by hand, not fetched from AWS: they prove only as much as who gave them.",
            "practice": "Keys: PRACTICE. This is no evidence.",
            "none": "No public key proved anything.",
        }[self.keys_from]
        return f"{start} {keys}"


def tally(ledger: Ledger, matched: Plain) -> dict[str, Any]:
    """Counts by code, by class and by kind; proven are those of class ok and anomaly."""
    codes: dict[str, int] = {}
    classes = dict.fromkeys(CLASSES, 0)
    kinds: dict[str, int] = {}
    valid: dict[str, int] = {}
    invalid: dict[str, int] = {}
    counted = ledger.count()
    counted["log", "L_OK"] = counted.get(("log", "L_OK"), 0) + matched.count
    for (kind, code), number in counted.items():
        if not number:
            continue
        codes[code] = codes.get(code, 0) + number
        classes[class_of(code)] += number
        kinds[kind] = kinds.get(kind, 0) + number
        side = {"ok": valid, "anomaly": valid, "fail": invalid}.get(class_of(code), {})
        side[kind] = side.get(kind, 0) + number
    seen = dict(ledger.db.execute("SELECT kind, count(*) FROM seen GROUP BY kind ORDER BY kind"))
    seen["log"] = seen.get("log", 0) + matched.count + matched.passed
    refused = ledger.number("SELECT count(*) FROM seen WHERE kind = 'other' AND fault IS NOT NULL")
    return {
        "objects": sum(seen.values()),
        "other": seen.get("other", 0),
        "other_unreadable": refused,
        "files": kinds,
        "valid": valid,
        "invalid": invalid,
        "codes": dict(sorted(codes.items())),
        "classes": classes,
        "proven": classes["ok"] + classes["anomaly"],
        "unproven": classes["unknown"] + classes["fail"],
        "proven_outside": ledger.number("SELECT count(*) FROM digest WHERE proven AND NOT selected"),
    }
