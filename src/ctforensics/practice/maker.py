"""Makes one chain of a trail the way CloudTrail does: log files, hourly digests, signatures, links.

A ``TrailMaker`` is one account and one region of one trail. A multi-region or organization trail is several makers that
share a sink and a key ring. Layout, field order and bytes follow the AWS CloudTrail user guide ("CloudTrail digest file
structure") and real digests: compact JSON with every ``/`` written ``\\/`` and no line feed at the end.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ctforensics.practice.keys import KeyRing
from ctforensics.practice.sinks import Sink
from ctforensics.trail import object_keys
from ctforensics.trail.digest import signing_text

HOUR = timedelta(hours=1)
ALGORITHM = "SHA256withRSA"


def instant(at: datetime) -> str:
    """An instant as CloudTrail writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def log_content(records: Sequence[Mapping[str, Any] | str]) -> bytes:
    """The content of a log file: one line, ``{"Records":[...]}``; a record may already be JSON text."""
    texts = (r if isinstance(r, str) else json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in records)
    return f'{{"Records":[{",".join(texts)}]}}'.encode()


def digest_content(digest: Mapping[str, Any]) -> bytes:
    """The bytes of a digest file as CloudTrail writes them."""
    return json.dumps(digest, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/").encode()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A log file as delivered: its place, the hash of its content, the span of its event times."""

    bucket: str
    key: str
    sha256: str
    oldest: str
    newest: str

    def listing(self) -> dict[str, str]:
        """The file as an element of a digest's ``logFiles``."""
        return {
            "s3Bucket": self.bucket,
            "s3Object": self.key,
            "hashValue": self.sha256,
            "hashAlgorithm": "SHA-256",
            "newestEventTime": self.newest,
            "oldestEventTime": self.oldest,
        }


@dataclass(frozen=True, slots=True)
class Sealed:
    """A digest as delivered: its place, the hash of its content, its signature (hex), its end time."""

    bucket: str
    key: str
    sha256: str
    signature: str
    end: datetime


class TrailMaker:
    """One chain. Deliver logs, close hours; ``stop`` and ``restart`` break the chain, ``backfill`` mends a listing.

    ``bucket`` may be set anew at any time: the chain goes on across buckets. All times are naive UTC.
    """

    def __init__(
        self,
        sink: Sink,
        keys: KeyRing,
        *,
        bucket: str,
        account: str,
        region: str,
        trail: str = "management-events",
        home_region: str = "us-east-1",
        organization: str | None = None,
        prefix: str = "",
    ) -> None:
        self.sink, self.keys, self.bucket = sink, keys, bucket
        self.account, self.region, self.trail, self.home_region = account, region, trail, home_region
        self.organization, self.prefix = organization, prefix
        self.digests: list[Sealed] = []
        self.pending: list[Delivered] = []
        self.delivered = 0
        self._last_end: datetime | None = None
        self._previous: Sealed | None = None
        self._previous_backfill: Sealed | None = None

    def deliver(
        self,
        records: Sequence[Mapping[str, Any] | str] | bytes,
        stamp: datetime,
        *,
        unique: str | None = None,
        listed: bool = True,
        kind: str = "CloudTrail",
        span: tuple[datetime, datetime] | None = None,
    ) -> Delivered:
        """Writes a log file of that five-minute slot; the next digest lists it unless ``listed`` is false.

        ``records`` may be the whole content as bytes. ``span`` gives oldest and newest event time; without it they are
        read from records that are dictionaries, else taken from the stamp. ``kind`` is the folder (``CloudTrail-Insight``).
        """
        content = records if isinstance(records, bytes) else log_content(records)
        key = object_keys.log_key(
            self.account,
            self.region,
            stamp,
            unique or self._unique(stamp, kind),
            prefix=self.prefix,
            organization=self.organization,
            kind=kind,
        )
        oldest, newest = _span(records, stamp) if span is None else (instant(span[0]), instant(span[1]))
        log = Delivered(self.bucket, key, hashlib.sha256(content).hexdigest(), oldest, newest)
        self.sink.put(self.bucket, key, content)
        self.delivered += 1
        if listed:
            self.pending.append(log)
        return log

    def close_hour(self, end: datetime, start: datetime | None = None) -> Sealed:
        """Writes the digest of the hour that ends at ``end`` with everything delivered since; it may list nothing.

        The first one, and the first after ``stop``, is a starting digest: its previous fields are null.
        """
        begin = start or self._last_end or end - HOUR
        sealed = self._seal(begin, end, self.pending, self._previous)
        self.pending = []
        self._previous = sealed
        self._last_end = end
        return sealed

    def stop(self, at: datetime) -> Sealed:
        """StopLogging: a last digest up to that instant; the chain ends."""
        sealed = self.close_hour(at)
        self._previous = self._last_end = None
        return sealed

    def restart(self, at: datetime) -> Sealed:
        """StartLogging: an empty starting digest that ends at that instant."""
        return self.close_hour(at, start=at - HOUR)

    start = restart

    def backfill(
        self, logs: Sequence[Delivered], end: datetime, *, generated: datetime, start: datetime | None = None
    ) -> Sealed:
        """A backfill digest for logs that the regular digest of the hour ending at ``end`` did not list."""
        sealed = self._seal(start or end - HOUR, end, logs, self._previous_backfill, generated=generated)
        self._previous_backfill = sealed
        return sealed

    def _unique(self, stamp: datetime, kind: str) -> str:
        facts = f"{self.account} {self.region} {self.trail} {kind} {stamp} {self.delivered}"
        return base64.b32encode(hashlib.sha256(facts.encode()).digest()).decode()[:16]

    def _seal(
        self,
        start: datetime,
        end: datetime,
        logs: Sequence[Delivered],
        previous: Sealed | None,
        generated: datetime | None = None,
    ) -> Sealed:
        key = object_keys.digest_key(
            self.account,
            self.region,
            self.trail,
            self.home_region,
            end,
            prefix=self.prefix,
            organization=self.organization,
            backfill=generated is not None,
        )
        signing = self.keys.signing(self.region, generated or end)
        digest = self._digest(start, end, key, signing.fingerprint, logs, previous)
        content = digest_content(digest)
        sha256 = hashlib.sha256(content).hexdigest()
        signature = signing.sign(signing_text(digest, sha256))
        metadata = {"signature": signature, "signature-algorithm": ALGORITHM}
        if generated is not None:
            metadata["backfill-generation-timestamp"] = instant(generated)
        self.sink.put(self.bucket, key, content, metadata)
        sealed = Sealed(self.bucket, key, sha256, signature, end)
        self.digests.append(sealed)
        return sealed

    def _digest(
        self,
        start: datetime,
        end: datetime,
        key: str,
        fingerprint: str,
        logs: Sequence[Delivered],
        previous: Sealed | None,
    ) -> dict[str, Any]:
        return {
            "awsAccountId": self.account,
            "digestStartTime": instant(start),
            "digestEndTime": instant(end),
            "digestS3Bucket": self.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint,
            "digestSignatureAlgorithm": ALGORITHM,
            "newestEventTime": max((log.newest for log in logs), default=None),
            "oldestEventTime": min((log.oldest for log in logs), default=None),
            "previousDigestS3Bucket": previous.bucket if previous else None,
            "previousDigestS3Object": previous.key if previous else None,
            "previousDigestHashValue": previous.sha256 if previous else None,
            "previousDigestHashAlgorithm": "SHA-256" if previous else None,
            "previousDigestSignature": previous.signature if previous else None,
            "logFiles": [log.listing() for log in logs],
        }


def _span(records: Sequence[Mapping[str, Any] | str] | bytes, stamp: datetime) -> tuple[str, str]:
    known = () if isinstance(records, bytes) else records
    times = sorted(str(r["eventTime"]) for r in known if isinstance(r, Mapping) and "eventTime" in r)
    return (times[0], times[-1]) if times else (instant(stamp), instant(stamp))
