"""A digest file exactly as CloudTrail writes it, which nearly all are, read in a few steps.

Whatever is unusual about one, however little, gives None: then ``digests.parse`` reads it and says what it is. So nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import attrgetter

import msgspec

from ctforensics.trail import object_keys
from ctforensics.verify import digests
from ctforensics.verify.digests import Facts, Listed, Scope

_WHEN = r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
_HEAD = re.compile(rf"\d{{12}} {_WHEN} {_WHEN} [0-9a-f]{{32}} SHA256withRSA", re.ASCII)
_TIMES = re.compile(rf"(?:{_WHEN}\n)*", re.ASCII)
_LINE = 21
_HASH = re.compile(r"[0-9a-f]{64} SHA-256")
_OF_LOG = attrgetter("s3Bucket", "s3Object", "hashValue", "oldestEventTime", "newestEventTime", "hashAlgorithm")
_ALWAYS = 7  # texts of a digest that are never null


class _Log(msgspec.Struct, gc=False):
    s3Bucket: str
    s3Object: str
    hashValue: str
    hashAlgorithm: str
    newestEventTime: str
    oldestEventTime: str


class _Digest(msgspec.Struct, gc=False):
    awsAccountId: str
    digestStartTime: str
    digestEndTime: str
    digestS3Bucket: str
    digestS3Object: str
    digestPublicKeyFingerprint: str
    digestSignatureAlgorithm: str
    newestEventTime: str | None
    oldestEventTime: str | None
    previousDigestS3Bucket: str | None
    previousDigestS3Object: str | None
    previousDigestHashValue: str | None
    previousDigestHashAlgorithm: str | None
    previousDigestSignature: str | None
    logFiles: list[_Log]


_DECODER = msgspec.json.Decoder(_Digest)
_MEMBERS, _MEMBERS_OF_LOG = len(_Digest.__struct_fields__), len(_Log.__struct_fields__)


def read(content: bytes | bytearray, sha256: str) -> tuple[Facts, list[Listed]] | None:
    """What ``digests.parse`` gives for such a digest (``sha256``: its hash, lower hex); None for any other content."""
    try:
        raw = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    start, end, bucket, key = raw.digestStartTime, raw.digestEndTime, raw.digestS3Bucket, raw.digestS3Object
    previous = (
        raw.previousDigestS3Bucket,
        raw.previousDigestS3Object,
        raw.previousDigestHashValue,
        raw.previousDigestSignature,
        raw.previousDigestHashAlgorithm,
    )
    optional = (raw.newestEventTime, raw.oldestEventTime, *previous)
    if content.count(b'"') != _marks(len(optional) - optional.count(None), len(raw.logFiles)):
        return None  # a member stands twice, or one that is not known
    head = f"{raw.awsAccountId} {start} {end} {raw.digestPublicKeyFingerprint} {raw.digestSignatureAlgorithm}"
    scope = _scope_of(key, end)
    if scope is None or not _HEAD.fullmatch(head) or end < start or not bucket or "/" in bucket or "\0" in bucket:
        return None
    if previous.count(None) != len(previous) and not _is_link(*previous):
        return None
    listed = _listed(raw.logFiles, scope, end[:10])
    if listed is None or not _is_day(start[:10]) or not _is_day(end[:10]):
        return None
    until, link = end[:-1], (*previous[:4], True) if previous[0] else (None,) * 5
    return (scope, bucket, key, start[:-1], until, until, raw.digestPublicKeyFingerprint, True, *link, sha256), listed


def _marks(optional: int, logs: int) -> int:
    """How many quotation marks there are where every member stands once: two for each name and for each text."""
    return 2 * (_MEMBERS + _ALWAYS + optional + logs * 2 * _MEMBERS_OF_LOG)


def _is_link(
    bucket: str | None, key: str | None, sha256: str | None, signature: str | None, algorithm: str | None
) -> bool:
    return bool(bucket and key and signature and _HASH.fullmatch(f"{sha256} {algorithm}"))


def _scope_of(key: str, end: str) -> Scope | None:
    """The scope that a digest's key says, if its folder and name also say when the digest ends (so far the time's form is not known)."""
    day = end[:10]
    name = f"{day}{end[10:]}".replace("-", "").replace(":", "") + ".json.gz"
    at = key.rfind("/")
    if not key.endswith(name) or key[at - 10 : at] != day.replace("-", "/"):
        return None
    return _scope(key[: at - 10], key[at + 1 : -len(name)])


@lru_cache(maxsize=256)
def _scope(folder: str, name: str) -> Scope | None:
    """The scope of every key that begins so in folder and name: it does not depend on the time that the key says."""
    place = object_keys.parse(f"{folder}2024/01/01/{name}20240101T000000Z.json.gz")
    if place is None or not place.is_digest:
        return None
    return Scope.of(place)


def _listed(logs: Sequence[_Log], scope: Scope, day: str) -> list[Listed] | None:
    if not logs:
        return []
    buckets, keys, hashes, oldest, newest, algorithms = zip(*map(_OF_LOG, logs), strict=True)
    times = "\n".join((*oldest, *newest, ""))
    if len(times) != 2 * len(logs) * _LINE or not _TIMES.fullmatch(times):
        return None
    if times.count(f"{day}T") != 2 * len(logs) and not all(map(_is_day, {text[:10] for text in (*oldest, *newest)})):
        return None
    if "/" in "".join(set(buckets)) or algorithms.count("SHA-256") != len(logs):
        return None
    if not digests.are_as_usual(keys, "\n".join(keys), f"/{scope[1]}_CloudTrail_{scope[2]}_"):
        return None
    hashed = _hashes(hashes)
    return list(zip(buckets, keys, hashed, repeat(0), oldest, newest)) if hashed else None


def _hashes(texts: Sequence[str]) -> list[bytes] | None:
    try:
        joined = bytes.fromhex("".join(texts))
    except ValueError:
        return None
    if set(map(len, texts)) != {64} or len(joined) != 32 * len(texts):  # blanks are passed over
        return None
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


@lru_cache(maxsize=256)
def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
