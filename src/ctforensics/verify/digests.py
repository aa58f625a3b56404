"""Reading a digest file strictly: one JSON object, UTF-8, no member twice, every field as CloudTrail writes it.

Source: AWS CloudTrail user guide, "CloudTrail digest file structure". Unknown further fields are let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from ctforensics.trail import object_keys
from ctforensics.trail.object_keys import ObjectKey

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_LISTED = itemgetter("s3Bucket", "s3Object", "hashValue", "oldestEventTime", "newestEventTime", "hashAlgorithm")
_WHEN = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
_FACTS = re.compile(rf"(?:[0-9a-fA-F]{{64}} {_WHEN} {_WHEN}\n)*", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{32}")
_PREVIOUS = (
    "previousDigestS3Bucket",
    "previousDigestS3Object",
    "previousDigestHashValue",
    "previousDigestHashAlgorithm",
    "previousDigestSignature",
)


class BadFormat(ValueError):
    """Not one JSON object in UTF-8 without double members."""


class BadSchema(ValueError):
    """JSON, but not a digest as CloudTrail writes them."""


class Scope(NamedTuple):
    """What one chain is about. ``backfill`` digests are a chain beside the regular one."""

    organization: str
    account: str
    region: str
    trail: str
    home_region: str
    backfill: bool = False

    @classmethod
    def of(cls, key: ObjectKey) -> Scope:
        """The scope that a digest's key says."""
        return cls(
            key.organization or "", key.account, key.region, key.trail or "", key.home_region or "", key.backfill
        )


Listed = tuple[str, str, bytes, int, str, str]
"""A log file as a digest lists it: bucket, key, SHA-256, what is odd about it (bits), oldest and newest event time.

A plain tuple: there are millions of them.
"""
UNSAFE, UNSUPPORTED, OTHER_SCOPE = 1, 2, 4


def is_unsafe(key: str) -> bool:
    """Whether a key must never become a path: leaves its folder, is absolute, or holds what no S3 tool writes."""
    if "\\" in key or "\0" in key or key.startswith("/") or "//" in key:
        return True
    return ".." in key and ".." in key.split("/")


@dataclass(frozen=True, slots=True)
class Previous:
    """What a digest says about the one before it."""

    bucket: str
    key: str
    sha256: str
    signature: str
    supported: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest without its list: place, scope, delivery hour (naive UTC), key, link."""

    scope: Scope
    bucket: str
    key: str
    start: datetime
    end: datetime
    stamp: datetime
    fingerprint: str
    supported: bool
    previous: Previous | None
    sha256: str

    @property
    def place(self) -> str:
        """BUCKET/KEY as signed."""
        return f"{self.bucket}/{self.key}"

    @property
    def facts(self) -> Facts:
        """The digest as the ledger holds it."""
        p, times = self.previous, (at.isoformat() for at in (self.start, self.end, self.stamp))
        link = (p.bucket, p.key, p.sha256, p.signature, p.supported) if p else (None,) * 5
        return self.scope, self.bucket, self.key, *times, self.fingerprint, self.supported, *link, self.sha256


Facts = tuple[Any, ...]
"""A digest as plain values: scope, bucket, key, start, end and stamp as text, fingerprint, supported, the five of its link or None, hash."""


_SMALL = 1 << 20
_APART = 20  # an element of a real list has seven such marks in 340 bytes or more


def too_much(content: bytes | bytearray, most: int) -> str | None:
    """Why a content is not parsed: it is longer than ``most`` bytes, or of very many tiny values, each of which takes far more memory
    than it has bytes. None where it may be."""
    if len(content) > most:
        return f"longer than {most} bytes; if it is genuine, open it with a larger --max-digest"
    if len(content) > _SMALL and sum(map(content.count, (b",", b"{", b"["))) > len(content) // _APART:
        return "it holds more values than a digest of its length can"
    return None


def strict_object(content: bytes | bytearray) -> dict[str, Any]:
    """A JSON object. Raises BadFormat for what two parsers could read differently."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadFormat(f"no strict JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadFormat("no JSON object")
    if not _has_no_doubles(content, value):
        _refuse_doubles(content)
    return value


def _has_no_doubles(content: bytes | bytearray, value: dict[str, Any]) -> bool:
    """The quick proof that no member stands twice: every member that was written and every text among the values takes two quotation
    marks, so that there are more of them than the distinct members and the texts that were read account for."""
    logs = value.get("logFiles")
    if not isinstance(logs, list) or not set(map(type, logs)) <= {dict}:
        return False
    members = len(value) + sum(map(len, logs))
    values = chain(value.values(), chain.from_iterable(map(dict.values, logs)))
    return content.count(b'"') == 2 * (members + list(map(type, values)).count(str))


def _refuse_doubles(content: bytes | bytearray) -> None:
    def pairs(members: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in members]
        if len(set(names)) != len(names):
            raise BadFormat("a member stands in it twice")

    try:
        json.loads(content.decode("utf-8"), object_pairs_hook=pairs)
    except RecursionError as error:
        raise BadFormat("nested too deeply") from error


def parse(content: bytes | bytearray, sha256: str) -> tuple[Facts, list[Listed]]:
    """The digest in this content (``sha256``: its hash, lower hex) and what it lists. Raises BadFormat or BadSchema."""
    raw = strict_object(content)
    _text(raw, "awsAccountId", _ACCOUNT)
    start, end = _instant(_text(raw, "digestStartTime", _TIME)), _instant(_text(raw, "digestEndTime", _TIME))
    if end < start:
        raise BadSchema("digestEndTime is before digestStartTime")
    bucket, key = _text(raw, "digestS3Bucket"), _text(raw, "digestS3Object")
    place = object_keys.parse(key)
    if place is None or not place.is_digest or "\0" in bucket or "/" in bucket:
        raise BadSchema("digestS3Object is no name of a digest file")
    digest = Digest(
        scope=Scope.of(place),
        bucket=bucket,
        key=key,
        start=start,
        end=end,
        stamp=place.stamp,
        fingerprint=_text(raw, "digestPublicKeyFingerprint", _FINGERPRINT).lower(),
        supported=_text(raw, "digestSignatureAlgorithm") == "SHA256withRSA",
        previous=_previous(raw),
        sha256=sha256,
    )
    return digest.facts, _listed(raw, digest.scope)


def _previous(raw: dict[str, Any]) -> Previous | None:
    values = [raw.get(name) for name in _PREVIOUS]
    if all(value is None for value in values):
        return None
    if not all(isinstance(value, str) and value for value in values):
        raise BadSchema("the five previousDigest fields are neither all null nor all text")
    bucket, key, sha256, algorithm, signature = (str(value) for value in values)
    if not _SHA256.fullmatch(sha256):
        raise BadSchema("previousDigestHashValue is no SHA-256")
    return Previous(bucket, key, sha256.lower(), signature, algorithm == "SHA-256")


def _listed(raw: dict[str, Any], scope: Scope) -> list[Listed]:
    logs = raw.get("logFiles")
    if not isinstance(logs, list):
        raise BadSchema("logFiles is no list")
    if not logs:
        return []
    try:
        buckets, keys, hashes, oldest, newest, algorithms = zip(*map(_LISTED, logs), strict=True)
        facts = "".join(
            [f"{sha256} {first} {last}\n" for sha256, first, last in zip(hashes, oldest, newest, strict=True)]
        )
        named, joined = set(buckets), "\n".join(keys)
    except (KeyError, TypeError) as error:
        raise BadSchema("an element of logFiles lacks a field") from error
    if not _FACTS.fullmatch(facts):
        raise BadSchema("an element of logFiles has no SHA-256 or no event times")
    if not all(isinstance(bucket, str) and "/" not in bucket for bucket in named) or not all(keys):
        raise BadSchema("an element of logFiles has no place")
    day = oldest[0][:10]
    _check_days([day] if facts.count(f" {day}T") == 2 * len(keys) else [text[:10] for text in (*oldest, *newest)])
    usual = f"/{scope.account}_CloudTrail_{scope.region}_"
    if algorithms.count("SHA-256") == len(keys) and are_as_usual(keys, joined, usual):
        odd = [0] * len(keys)
    else:
        odd = [_odd(key, algorithm, usual) for key, algorithm in zip(keys, algorithms, strict=True)]
    return list(zip(buckets, keys, map(bytes.fromhex, hashes), odd, oldest, newest, strict=True))


def _check_days(days: Iterable[str]) -> None:
    try:
        for day in days:
            date.fromisoformat(day)
    except ValueError as error:
        raise BadSchema(f"an element of logFiles has an event time that is no instant: {error}") from error


def are_as_usual(keys: Sequence[str], joined: str, usual: str) -> bool:
    """The quick proof that keys (``joined`` by line feeds) are safe and of their digest's account and region: all begin with the
    same folder and the beginning of a usual name, and hold no further slash."""
    begin = keys[0][: keys[0].rfind("/")] + usual
    if is_unsafe(begin) or "\\" in joined or "\0" in joined:
        return False
    others = len(keys) - 1
    same = joined.startswith(begin) and joined.count("\n" + begin) == others == joined.count("\n")
    return same and joined.count("/") == len(keys) * begin.count("/")


def _odd(key: str, algorithm: Any, usual: str) -> int:
    odd = 0 if algorithm == "SHA-256" else UNSUPPORTED
    if usual not in key:
        odd |= OTHER_SCOPE
    return odd | UNSAFE if is_unsafe(key) else odd


def _text(raw: dict[str, Any], name: str, pattern: re.Pattern[str] | None = None) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value or (pattern and not pattern.fullmatch(value)):
        raise BadSchema(f"{name} is missing or not as CloudTrail writes it")
    return value


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text[:-1])
    except ValueError as error:
        raise BadSchema(f"{text} is no instant") from error
