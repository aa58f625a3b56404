"""The words for what verification found: codes with their class and meaning, outcomes of files, findings about chains.

Classes, from good to bad: ``ok``; ``anomaly`` (the content is proven, something else is not as delivered); ``unknown``
(it cannot be proven either way); ``fail`` (a proven contradiction, or something that must not be accepted).
``incomplete`` is the class of findings about coverage alone and does not touch ``authentic``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ctforensics.clock import utc_text

CLASSES = ("ok", "anomaly", "unknown", "fail")

# code: class, plain words, what the AWS CLI says where its verdict is the same
_MEANING: dict[str, tuple[str, str, str]] = {
    "D_OK": ("ok", "its own signature is right", "valid"),
    "D_OK_CHAIN": ("ok", "a newer digest vouches for it", "valid"),
    "D_OK_META_SIG": ("anomaly", "the signature kept beside it is wrong, but a newer digest vouches for it", ""),
    "D_OK_CONTAINER": ("anomaly", "its content is proven, its gzip container is not as delivered", ""),
    "D_RELOCATED": (
        "anomaly",
        "proven, but stored elsewhere than delivered",
        "has been moved from its original location",
    ),
    "D_KEY_WINDOW": ("anomaly", "signed with a key outside the time for which AWS published it", ""),
    "D_NAME_MISMATCH": ("anomaly", "its name gives another time than its signed end time", ""),
    "D_NO_SIGNATURE": ("unknown", "no signature is at hand and no newer digest vouches for it", ""),
    "D_NO_KEY": ("unknown", "the public key that it names is not at hand", "public key not found"),
    "D_BAD_SIGNATURE": ("fail", "the signature does not belong to this content", "signature verification failed"),
    "D_BAD_FORMAT": ("fail", "it cannot be read as one gzip member with one JSON object", "invalid format"),
    "D_BAD_SCHEMA": ("fail", "it is JSON but no digest as CloudTrail writes them", "invalid format"),
    "D_MISPLACED": ("fail", "it stands where another digest belongs", "has been moved from its original location"),
    "D_MISSING": ("fail", "a newer authentic digest names it and it is not here", "not found"),
    "D_LINK_MISMATCH": ("fail", "a newer authentic digest names other content for this place", ""),
    "D_KEY_REGION": ("fail", "signed with a key of another region", "public key not found"),
    "D_KEY_MISMATCH": ("fail", "the key at hand does not hash to the fingerprint that it goes by", ""),
    "D_UNSUPPORTED_ALGO": ("fail", "it names an algorithm that CloudTrail does not use", ""),
    "L_OK": ("ok", "an authentic digest lists exactly this content", "valid"),
    "L_OK_CONTAINER": ("anomaly", "the content is proven, its gzip container is not as delivered", ""),
    "L_RELOCATED": ("anomaly", "the content is proven, it is stored elsewhere than delivered", ""),
    "L_DUPLICATE": ("anomaly", "a byte copy of a proven log file under a second name", ""),
    "L_SCOPE": ("anomaly", "proven, but listed by a digest of another account or region", ""),
    "L_DIGEST_UNVERIFIED": ("unknown", "only a digest that is not proven lists it", ""),
    "L_UNLISTED_UNCOVERED": ("unknown", "no digest lists it, and none that is authentic covers its time", ""),
    "L_UNDIGESTED_TAIL": ("unknown", "delivered after the last digest at hand", ""),
    "L_MISSING_UNVERIFIED": ("unknown", "a digest that is not proven lists it, and it is not here", "not found"),
    "L_HASH": ("fail", "its content is not what was delivered", "hash value doesn't match"),
    "L_FORMAT": ("fail", "it cannot be read to its end", "invalid format"),
    "L_MISSING": ("fail", "an authentic digest lists it and it is not here", "not found"),
    "L_TRAILING": (
        "fail",
        "the authentic content is followed by more content",
        "unexpected data after end of compressed stream",
    ),
    "L_UNLISTED": ("fail", "no digest lists it, though authentic digests cover its time", ""),
    "L_UNSAFE_KEY": ("fail", "the digest lists a name that must not be followed", ""),
    "L_CONFLICT": ("fail", "two authentic digests list different content for it", ""),
    "L_UNSUPPORTED_ALGO": ("fail", "the digest names a hash that CloudTrail does not use", ""),
    "L_MISMATCH_UNVERIFIED": ("fail", "it differs even from the digest that is not proven", "hash value doesn't match"),
    "Q_OK": ("ok", "the signed list of this query result holds exactly this content", "valid"),
    "Q_HASH": ("fail", "its content is not what the sign file lists", "inconsistent hash value"),
    "Q_MISSING": ("fail", "the sign file lists it and it is not here", "not found"),
    "Q_BAD_SIGNATURE": ("fail", "the signature does not belong to this list", "Invalid signature in sign file"),
    "Q_BAD_FORMAT": ("fail", "it is no sign file as CloudTrail Lake writes them", "Invalid sign file provided"),
    "Q_NO_KEY": ("unknown", "the public key that it names is not at hand", "No public keys found"),
    "Q_UNVERIFIED": ("unknown", "it matches a sign file that is not proven", ""),
    "Q_EXTRA": ("anomaly", "a result file that the sign file beside it does not list", ""),
    "Q_UNSAFE_NAME": ("fail", "the sign file lists a name that must not be followed", ""),
    "G_GAP": ("incomplete", "no authentic digest covers this time between two that are", ""),
    "G_LATE_START": ("incomplete", "the authentic digests begin later than they should", ""),
    "G_HEAD_SHORT": ("incomplete", "the authentic digests end earlier than they should", ""),
    "G_NO_DIGESTS": ("incomplete", "no authentic digest is here at all", ""),
    "G_OVERLAP": ("anomaly", "two digests of one trail cover the same time", ""),
    "G_FORK": ("anomaly", "two digests follow the same digest", ""),
    "G_CYCLE": ("fail", "digests name one another in a circle", ""),
    "G_LOG_IN_STOP": ("fail", "a log file from a time for which authentic records say that the trail was off", ""),
    "G_ONLY_ELSEWHERE": ("anomaly", "a second source holds an event that a covered hour of the trail does not", ""),
}

STARTS = "it starts a chain, and says nothing of the time before logging began"
"""What is said of a proven digest that follows no other: it reaches back an hour, though logging began at its end."""

Code = StrEnum("Code", {name: name for name in _MEANING})  # type: ignore[misc]
"""Every code that verification and coverage can give."""


def class_of(code: str) -> str:
    """ok, anomaly, unknown, fail, or incomplete for findings about coverage alone."""
    return _MEANING[code][0]


def words(code: str) -> str:
    """What a code means, as half a sentence."""
    return _MEANING[code][1]


def aws_words(code: str) -> str:
    """What ``aws cloudtrail validate-logs`` says for the same verdict; empty where it says nothing or something else."""
    return _MEANING[code][2]


def worst(classes: Iterable[str]) -> str:
    """The worst of some classes (incomplete does not count); ``ok`` for none."""
    return max((c for c in classes if c in CLASSES), key=CLASSES.index, default="ok")


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What was found about one file, or about one that should be here.

    ``key`` is BUCKET/KEY as signed or listed (for a file that nothing lists: its path). ``since`` and ``until`` are the
    delivery hour, naive UTC; ``events_since`` and ``events_until`` the event times that its digest gives.
    """

    code: str
    key: str
    kind: str
    detail: str = ""
    root: str | None = None
    path: str | None = None
    content_sha256: str | None = None
    account: str | None = None
    region: str | None = None
    trail: str | None = None
    digest: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    events_since: datetime | None = None
    events_until: datetime | None = None

    @property
    def verdict(self) -> str:
        """The class of the code."""
        return class_of(self.code)

    def to_json(self) -> dict[str, Any]:
        """The outcome as JSON; empty members are left out, instants are UTC text."""
        line: dict[str, Any] = {"key": self.key, "kind": self.kind, "code": str(self.code), "class": self.verdict}
        line["detail"] = self.detail or words(self.code)
        for name in ("root", "path", "content_sha256", "account", "region", "trail", "digest"):
            if getattr(self, name) is not None:
                line[name] = getattr(self, name)
        for name in ("since", "until", "events_since", "events_until"):
            if getattr(self, name) is not None:
                line[name] = utc_text(getattr(self, name))
        return line


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a chain, a trail or an expectation, with the time that it is about (naive UTC, half open)."""

    code: str
    account: str | None = None
    region: str | None = None
    trail: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    detail: str = ""

    @property
    def verdict(self) -> str:
        """The class of the code."""
        return class_of(self.code)

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON, instants as UTC text or null."""
        return {
            "code": str(self.code),
            "class": self.verdict,
            "account": self.account,
            "region": self.region,
            "trail": self.trail,
            "since": utc_text(self.since) if self.since else None,
            "until": utc_text(self.until) if self.until else None,
            "detail": self.detail or words(self.code),
        }

    def sentence(self) -> str:
        """The finding for people: code, what it is about, when, why."""
        about = " ".join(part for part in (self.account, self.region, self.trail) if part)
        when = f"{utc_text(self.since)} to {utc_text(self.until)}" if self.since or self.until else ""
        return f"{self.code} {about} {when}: {self.detail or words(self.code)}".replace("  ", " ")
