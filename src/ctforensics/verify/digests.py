"""Reading a digest file strictly: one JSON object, UTF-8, no member twice, every field as CloudTrail writes it.

Source: AWS CloudTrail user guide, "CloudTrail digest file structure". Unknown further fields are let through.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from ctforensics.trail import object_keys
from ctforensics.trail.digest import signing_text

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ACCOUNT = re.compile(r"\d{12}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_FACTS = re.compile(r"[0-9a-fA-F]{64} \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
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


@dataclass(frozen=True, slots=True)
class Scope:
    """What one chain is about. ``backfill`` digests are a chain beside the regular one."""

    organization: str
    account: str
    region: str
    trail: str
    home_region: str
    backfill: bool = False


Listed = tuple[str, str, bytes, int, str, str]
"""A log file as a digest lists it: BUCKET/KEY, key, SHA-256, what is odd about it (bits), oldest and newest event time.

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
    """A digest without its list: place, scope, delivery hour (naive UTC), key, link, and the text that its signature covers."""

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
    text: bytes

    @property
    def place(self) -> str:
        """BUCKET/KEY as signed."""
        return f"{self.bucket}/{self.key}"


def strict_object(content: bytes) -> dict[str, Any]:
    """A JSON object. Raises BadFormat for what two parsers could read differently."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BadFormat(f"no strict JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadFormat("no JSON object")
    # CloudTrail writes compact JSON with "/" as "\/". Where writing it again gives the same bytes, no member stood twice.
    if content.replace(b"\\/", b"/") != orjson.dumps(value):
        _refuse_doubles(content)
    return value


def _refuse_doubles(content: bytes) -> None:
    def pairs(members: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in members]
        if len(set(names)) != len(names):
            raise BadFormat("a member stands in it twice")

    try:
        json.loads(content.decode("utf-8"), object_pairs_hook=pairs)
    except RecursionError as error:
        raise BadFormat("nested too deeply") from error


def parse(content: bytes, sha256: str) -> tuple[Digest, list[Listed]]:
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
        scope=Scope(
            place.organization or "",
            place.account,
            place.region,
            place.trail or "",
            place.home_region or "",
            place.backfill,
        ),
        bucket=bucket,
        key=key,
        start=start,
        end=end,
        stamp=place.stamp,
        fingerprint=_text(raw, "digestPublicKeyFingerprint", _FINGERPRINT).lower(),
        supported=_text(raw, "digestSignatureAlgorithm") == "SHA256withRSA",
        previous=_previous(raw),
        sha256=sha256,
        text=signing_text(raw, sha256),
    )
    return digest, _listed(raw, digest.scope)


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
    found: list[Listed] = []
    usual = f"/{scope.account}_CloudTrail_{scope.region}_"
    try:
        for entry in logs:
            bucket, key, sha256 = entry["s3Bucket"], entry["s3Object"], entry["hashValue"]
            oldest, newest = entry["oldestEventTime"], entry["newestEventTime"]
            if not _FACTS.fullmatch(f"{sha256} {oldest} {newest}"):
                raise BadSchema("an element of logFiles has no SHA-256 or no event times")
            if type(bucket) is not str or type(key) is not str or not key:
                raise BadSchema("an element of logFiles has no place")
            odd = 0 if entry["hashAlgorithm"] == "SHA-256" else UNSUPPORTED
            if usual not in key:
                odd |= OTHER_SCOPE
            if is_unsafe(key):
                odd |= UNSAFE
            found.append((f"{bucket}/{key}", key, bytes.fromhex(sha256), odd, oldest, newest))
    except (KeyError, TypeError) as error:
        raise BadSchema("an element of logFiles lacks a field") from error
    return found


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
