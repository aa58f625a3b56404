"""What an acquisition asks for: bucket, prefix, accounts, regions, kinds and window; and which objects that takes in.

A window needs more than its own days. Files of an hour are delivered late, so logs are taken until ``late`` after it; a digest
is vouched for by its successor, so digests are taken a day further. Neighbouring days come whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ctforensics.errors import ParameterError

KINDS = ("log", "digest", "insight", "config", "other")
DEFAULT_KINDS = ("log", "digest", "insight")
LATE = timedelta(hours=48)
EARLY = timedelta(minutes=15)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_KIND_OF_FOLDER = {
    "CloudTrail": "log",
    "CloudTrail-NetworkActivity": "log",
    "CloudTrail-Aggregated": "log",
    "CloudTrail-Digest": "digest",
    "CloudTrail-Insight": "insight",
    "CloudTrail-Lake": "lake",
    "Config": "config",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for. Empty ``accounts`` or ``regions`` mean all; ``since`` and ``until`` bound a half-open window in UTC."""

    bucket: str
    prefix: str = ""
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset(DEFAULT_KINDS)
    since: datetime | None = None
    until: datetime | None = None
    late: timedelta = LATE

    def days(self, kind: str) -> tuple[date | None, date | None]:
        """First and last delivery day to list for a kind, both included; None where the window is open."""
        before = timedelta(hours=1) if kind == "digest" else EARLY
        after = self.late + timedelta(hours=25) if kind == "digest" else self.late
        first = (self.since - before).date() if self.since and self.since > datetime.min else None
        last = (self.until + after).date() if self.until and self.until < datetime.max - after else None
        return first, last

    def wants(self, kind: str) -> bool:
        """Whether a kind is asked for; query results of CloudTrail Lake come with the logs."""
        return ("log" if kind == "lake" else kind) in self.kinds

    def rank(self, kind: str, stamp: datetime | None) -> int:
        """What is lost first comes first: digests, then the window itself, then its margins, then everything else."""
        if kind == "digest":
            return 0
        if kind in ("other", "config", "lake") or stamp is None:
            return 3
        inside = (self.since is None or stamp >= self.since - EARLY) and (self.until is None or stamp <= self.until)
        return 1 if inside else 2


@dataclass(frozen=True, slots=True)
class Branch:
    """One prefix to list. ``dated``: its keys go on with YYYY/MM/DD, so that a window is a range of keys."""

    prefix: str
    kind: str
    account: str = ""
    region: str = ""
    organization: str = ""
    dated: bool = False


@dataclass(slots=True)
class Branches:
    """What discovery found: branches in order, prefixes that were left out (with why), and names asked for but not there."""

    found: list[Branch] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def parse_url(url: str) -> tuple[str, str]:
    """``s3://bucket/prefix`` as bucket and folder prefix (empty, or with ``/`` at its end)."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not _BUCKET.fullmatch(bucket):
        raise ParameterError(f"{url!r} names no bucket.", hint="Write s3://BUCKET or s3://BUCKET/PREFIX.")
    return bucket, prefix if not prefix or prefix.endswith("/") else prefix + "/"


def kinds(asked: list[str]) -> frozenset[str]:
    """The kinds that were asked for (``all`` for every one), the CloudTrail ones where none was."""
    if "all" in asked:
        return frozenset(KINDS)
    if wrong := sorted(set(asked) - set(KINDS)):
        raise ParameterError(f"There is no kind {wrong[0]!r}.", hint=f"Known: {', '.join(KINDS)}, all.")
    return frozenset(asked or DEFAULT_KINDS)


def kind_of_folder(name: str) -> str:
    """The kind of a folder below an account (``CloudTrail-Digest`` is ``digest``)."""
    return _KIND_OF_FOLDER.get(name, "other")


def duration(text: str) -> timedelta:
    """``90s``, ``100m``, ``2h``, ``3d`` as a time span."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", text.strip())
    if not match:
        raise ParameterError(f"{text!r} is not a time span.", hint="Write 90s, 100m, 2h or 3d.")
    return float(match[1]) * timedelta(seconds={"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])
