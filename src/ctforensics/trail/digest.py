"""The bytes that a digest file's signature covers.

Source: AWS CloudTrail user guide, "Custom implementations of CloudTrail log file integrity validation".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def signing_text(digest: Mapping[str, Any], content_sha256: str) -> bytes:
    """Four lines joined by a single line feed, none at the end: end time, place, hash of the inflated digest, and the
    previous digest's signature (the word ``null`` where there is none)."""
    previous = digest.get("previousDigestSignature")
    lines = (
        str(digest["digestEndTime"]),
        f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
        content_sha256.lower(),
        "null" if previous is None else str(previous),
    )
    return "\n".join(lines).encode("utf-8", "surrogatepass")
