"""Texts inside texts: what a run of base64 or of hexadecimal digits says when it is read, packed or in 16-bit letters too."""

from __future__ import annotations

import base64
import binascii
import functools
import re
import zlib
from collections.abc import Iterator

RUN = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
_HEX = re.compile(r"[0-9A-Fa-f]{12,}")
_UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffd]+")
_LONG = 12  # from this length on a run is looked into wherever in it the encoding may begin
_SHORTEST = 6  # shorter printable pieces of what was decoded are chance
_DEPTH = 3
_MOST = 1 << 20


@functools.lru_cache(1 << 14)
def readings(run: str) -> tuple[str, ...]:
    """The texts that a run of ``RUN`` may say; none where nothing in it is readable."""
    return tuple(dict.fromkeys(text for data in _decoded(run) for text in _read(data, len(run) >= _LONG, _DEPTH)))


def _decoded(run: str) -> Iterator[bytes]:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    # A word or a slash before it shifts where the encoding begins.
    for lead in range(4 if len(run) >= _LONG else 1):
        part = body[lead:]
        part = part[:-1] if len(part) % 4 == 1 else part
        try:
            yield base64.b64decode(part + "=" * (-len(part) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
    for digits in _HEX.findall(run):
        yield bytes.fromhex(digits[: len(digits) // 2 * 2])


def _read(data: bytes, pieces: bool, depth: int) -> Iterator[str]:
    """Printable text in bytes, as it stands, unpacked, and read again where it is itself encoded."""
    for plain in (data, *_unpacked(data)):
        for letters in (plain, plain.replace(b"\0", b"")) if b"\0" in plain else (plain,):
            parts = _UNPRINTED.split(letters.decode("utf-8", "replace"))
            if not pieces and len(parts) > 1:
                continue
            for part in parts:
                if len(part) >= (_SHORTEST if pieces else 3):
                    yield part
                    yield from _again(part, depth)


def _again(text: str, depth: int) -> Iterator[str]:
    for match in RUN.finditer(text) if depth > 1 else ():
        if len(match[0]) >= _LONG:
            for data in _decoded(match[0]):
                yield from _read(data, True, depth - 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b" or data[:1] == b"\x78":
        try:
            yield zlib.decompressobj(47).decompress(data, _MOST)
        except zlib.error:
            return
