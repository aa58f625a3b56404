"""Identifiers in the shapes that AWS gives them, drawn from a seed: access key ids, unique ids, event ids, request ids."""

from __future__ import annotations

import base64
import hashlib


def _digest(*facts: object) -> bytes:
    return hashlib.sha256(" ".join(map(str, facts)).encode()).digest()


def uuid_text(raw: str) -> str:
    """32 hex digits as a random UUID (version 4)."""
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:32]}"


def encoded(prefix: str, account: str, *facts: object) -> str:
    """An access key id (20 characters) that carries its account: base-32, the account in bits 7 to 46 of the first 48."""
    raw = _digest(prefix, account, *facts)
    head = (1 << 47) | (int(account) << 7) | (raw[0] & 0x7F)
    return prefix + base64.b32encode(head.to_bytes(6, "big") + raw[1:5]).decode()


def unique_id(prefix: str, account: str, *facts: object) -> str:
    """A unique id such as AIDA... or AROA... (21 characters)."""
    return encoded(prefix, account, *facts) + base64.b32encode(_digest("tail", *facts)).decode()[0]


class Ids:
    """Event and request ids in the order in which they are asked for; ``named`` ones depend on their name alone."""

    def __init__(self, seed: int | str, story: str) -> None:
        self.seed, self.story = seed, story
        self._count = 0

    def _next(self) -> bytes:
        self._count += 1
        return _digest("event", self.seed, self.story, self._count)

    def event(self) -> str:
        """An event id or the UUID form of a request id."""
        return uuid_text(self._next().hex())

    def s3_request(self) -> str:
        """A request id of S3: 16 capital letters and digits."""
        return base64.b32encode(self._next()).decode()[:16]

    def s3_host(self) -> str:
        """An extended request id of S3 (``x-amz-id-2``): 76 characters."""
        return base64.b64encode(self._next() + self._next()[:24]).decode()

    def key(self, prefix: str, account: str, *name: object) -> str:
        """An access key id of that account, by name."""
        return encoded(prefix, account, self.seed, *name)

    def unique(self, prefix: str, account: str, *name: object) -> str:
        """A unique id of that account, by name."""
        return unique_id(prefix, account, self.seed, *name)

    def resource(self, prefix: str, *name: object) -> str:
        """An id such as ``i-0123456789abcdef0``, by name."""
        return f"{prefix}-0{_digest('resource', self.seed, *name).hex()[:16]}"
