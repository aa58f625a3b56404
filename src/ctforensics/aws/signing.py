"""Signature Version 4 for one plain GET from S3 after the other: what stays the same for a day or a second is computed once.

Equal to botocore's ``S3SigV4Auth`` (a test compares them), which spends more time on generality than S3 does on a log file.
Source: Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)".
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

EMPTY = sha256(b"").hexdigest()


class Signer:
    """Signs GETs of one host and region. ``credentials`` gives the present key, secret and token; safe from many threads."""

    def __init__(self, credentials: Callable[[], Any], region: str, host: str, extra: Mapping[str, str]) -> None:
        self.credentials, self.region, self.host, self.extra = credentials, region, host, dict(extra)
        self._kept: tuple[tuple[str, str], bytes] = (("", ""), b"")

    def headers(self, path: str, at: float | None = None) -> str:
        """The signed headers of a GET of a quoted path, each ended by CR LF; ``at`` is seconds since 1970, now by default."""
        held = self.credentials()
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
        fields = {"host": self.host, "x-amz-content-sha256": EMPTY, "x-amz-date": stamp, **self.extra}
        if held.token:
            fields["x-amz-security-token"] = held.token
        names = sorted(fields)
        lines, signed = "".join(f"{name}:{fields[name]}\n" for name in names), ";".join(names)
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        whole = sha256(f"GET\n{path}\n\n{lines}\n{signed}\n{EMPTY}".encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{whole}".encode()
        signature = hmac.digest(self._key(held.secret_key, stamp[:8]), text, "sha256").hex()
        sent = "".join(f"{name}: {fields[name]}\r\n" for name in names)
        return (
            f"{sent}authorization: AWS4-HMAC-SHA256 Credential={held.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature}\r\n"
        )

    def _key(self, secret: str, day: str) -> bytes:
        """The signing key of a day: four hashes, kept until the day or the credentials change."""
        known, key = self._kept
        if known != (secret, day):
            key = f"AWS4{secret}".encode()
            for part in (day, self.region, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._kept = ((secret, day), key)
        return key
