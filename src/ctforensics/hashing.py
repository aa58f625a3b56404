"""SHA-256 of bytes and streams, and the chain that ties journal lines together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import BinaryIO

ZERO = "0" * 64
CHUNK = 1 << 20


def sha256_hex(data: bytes | bytearray | memoryview) -> str:
    """Lower-case hex SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_stream(stream: BinaryIO) -> tuple[str, int]:
    """Lower-case hex SHA-256 and length in bytes of what is left in a stream, read in chunks."""
    digest, length = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        length += len(chunk)
    return digest.hexdigest(), length


def chain(previous: str, payload: bytes) -> str:
    """The hash of a journal line: SHA-256 over the previous line's hash (hex), a line feed, and the payload."""
    return hashlib.sha256(previous.encode() + b"\n" + payload).hexdigest()


def combined(hashes: Iterable[str]) -> str:
    """One hash for a set of hashes, whatever their order: SHA-256 over the sorted lines."""
    return sha256_hex("\n".join(sorted(hashes)).encode())
