"""A small signed trail made in memory, as CloudTrail delivers it: for tests of what brings evidence in."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ctforensics.trail import digest, object_keys, signature

START = datetime(2024, 5, 2, 6, 0, 0)
_PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DER = _PRIVATE.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def key_record() -> dict[str, Any]:
    """The ListPublicKeys record of the key that signs these trails."""
    return {
        "Value": DER,
        "ValidityStartTime": datetime(2024, 4, 20, tzinfo=UTC),
        "ValidityEndTime": datetime(2024, 5, 20, tzinfo=UTC),
        "Fingerprint": signature.fingerprint(DER),
    }


@dataclass
class Trail:
    """Objects by key, and the user metadata of the digests."""

    objects: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)


def make(
    bucket: str,
    *,
    account: str = "111122223333",
    region: str = "us-east-1",
    hours: int = 4,
    logs: int = 2,
    start: datetime = START,
    **place: Any,
) -> Trail:
    """A trail of so many hours with so many log files each; ``place`` takes prefix and organization."""
    trail, previous = Trail(), (None, None, None)
    for hour in range(hours):
        begin = start + timedelta(hours=hour)
        files = [_log(trail, bucket, account, region, begin, number, place) for number in range(logs)]
        previous = _digest(trail, bucket, account, region, begin, files, previous, place)
    return trail


def _log(
    trail: Trail, bucket: str, account: str, region: str, begin: datetime, number: int, place: dict[str, Any]
) -> dict[str, Any]:
    stamp = begin + timedelta(minutes=5 * (number % 11))
    record = {
        "eventVersion": "1.08",
        "eventTime": f"{stamp:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets",
        "awsRegion": region,
        "eventID": f"{number:08d}-0000-4000-8000-{stamp:%Y%m%d%H%M}",
        "recipientAccountId": account,
    }
    content = json.dumps({"Records": [record]}).encode()
    key = object_keys.log_key(account, region, stamp, f"{number:016d}", **place)
    trail.objects[key] = gzip.compress(content, mtime=0)
    times = {"newestEventTime": record["eventTime"], "oldestEventTime": record["eventTime"]}
    hashed = {"hashValue": hashlib.sha256(content).hexdigest(), "hashAlgorithm": "SHA-256"}
    return {"s3Bucket": bucket, "s3Object": key, **hashed, **times}


def _digest(
    trail: Trail, bucket: str, account: str, region: str, begin: datetime, files: list[Any], previous: Any, place: Any
) -> Any:
    end = begin + timedelta(hours=1)
    key = object_keys.digest_key(account, region, "main", "us-east-1", end, **place)
    before_key, before_hash, before_signature = previous
    body = {
        "awsAccountId": account,
        "digestStartTime": f"{begin:%Y-%m-%dT%H:%M:%SZ}",
        "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "digestS3Bucket": bucket,
        "digestS3Object": key,
        "digestPublicKeyFingerprint": signature.fingerprint(DER),
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": files[-1]["newestEventTime"] if files else None,
        "oldestEventTime": files[0]["oldestEventTime"] if files else None,
        "previousDigestS3Bucket": bucket if before_key else None,
        "previousDigestS3Object": before_key,
        "previousDigestHashValue": before_hash,
        "previousDigestHashAlgorithm": "SHA-256" if before_key else None,
        "previousDigestSignature": before_signature,
        "logFiles": files,
    }
    content = json.dumps(body, separators=(",", ":")).encode()
    text = digest.signing_text(body, hashlib.sha256(content).hexdigest())
    signed = _PRIVATE.sign(text, padding.PKCS1v15(), hashes.SHA256()).hex()
    trail.objects[key] = gzip.compress(content, mtime=0)
    trail.metadata[key] = {"signature": signed, "signature-algorithm": "SHA256withRSA"}
    return key, hashlib.sha256(content).hexdigest(), signed
