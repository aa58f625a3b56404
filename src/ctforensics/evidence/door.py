"""Opening one evidence object: strict about its container, honest about what is odd, bounded in memory.

A clean object is plain, or gzip of exactly one member whose CRC-32 and size are right (RFC 1952). Anything else is a flag:

- ``container:padding``, ``container:trailing_bytes``, ``container:empty_member``: something without content after the first member;
- ``container:crc``, ``container:no_trailer``: whole content in a damaged container;
- ``container:plain``: named ``.gz`` but not compressed;
- ``trailing_content``: more members with content: ``content`` is the first, ``rest`` the others;
- ``truncated`` or ``deflate_error``: ``content`` is what came out before the fault.

First version, in pure zlib: right in every case, not yet as fast as the floor.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass

from ctforensics import hashing
from ctforensics.errors import EvidenceError
from ctforensics.evidence.roots import Located

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the door goes: bytes of stored and of inflated content, and the ratio between them."""

    stored: int = 1 << 30
    inflated: int = 1 << 30
    ratio: int = 1200


@dataclass(frozen=True, slots=True)
class Inflated:
    """What a container held: the content, content of further members, flags, and where it broke."""

    content: bytes
    rest: bytes = b""
    container: str = "plain"
    flags: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """One object with both hashes: ``sha256`` of the stored bytes, ``content_sha256`` of the inflated content."""

    located: Located
    stored_size: int
    sha256: str
    content: bytes
    content_sha256: str
    container: str
    flags: tuple[str, ...] = ()
    rest: bytes = b""
    error: str | None = None


def open_object(located: Located, limits: Limits = Limits()) -> Opened:
    """Reads, hashes and inflates one object. Raises EvidenceError where it cannot be read or breaks a bound."""
    data = read_stored(located, limits)
    inflated = inflate(data, limits, gz_name=located.path.endswith(".gz"))
    return Opened(
        located=located,
        stored_size=len(data),
        sha256=hashing.sha256_hex(data),
        content=inflated.content,
        content_sha256=hashing.sha256_hex(inflated.content),
        container=inflated.container,
        flags=inflated.flags,
        rest=inflated.rest,
        error=inflated.error,
    )


def read_stored(located: Located, limits: Limits) -> bytes:
    """The stored bytes of an object, as they are."""
    if located.refused or located.open is None:
        raise EvidenceError(f"Not opened: {located.refused}.", where=located.path)
    if located.size > limits.stored:
        raise EvidenceError(f"Larger than {limits.stored} bytes.", where=located.path)
    try:
        with located.open() as stream:
            data = stream.read(limits.stored + 1)
    except (OSError, EOFError, zlib.error, RuntimeError) as error:
        raise EvidenceError(
            f"Cannot be read: {getattr(error, 'strerror', None) or error}.", where=located.path
        ) from error
    if len(data) > limits.stored:
        raise EvidenceError(f"Larger than {limits.stored} bytes.", where=located.path)
    return data


def inflate(data: bytes, limits: Limits = Limits(), *, gz_name: bool = False) -> Inflated:
    """The content of gzip or plain bytes. Raises EvidenceError for a bomb (ratio or size beyond the limits)."""
    if not data.startswith(GZIP_MAGIC):
        return Inflated(data, flags=("container:plain",) if gz_name and data else ())
    bound = min(limits.inflated, max(len(data), 1 << 16) * limits.ratio)
    contents: list[bytes] = []
    flags: list[str] = []
    error, at = None, 0
    while at < len(data):
        remaining = data[at:]
        if not remaining.startswith(GZIP_MAGIC):
            flags.append("container:padding" if not remaining.strip(b"\0") else "container:trailing_bytes")
            break
        content, used, fault = _member(remaining, bound - sum(map(len, contents)))
        if fault and contents:
            flags.append("container:trailing_bytes")
            if content:
                contents.append(content)
            break
        contents.append(content)
        if fault:
            flags.append(fault)
            error = fault if fault in ("truncated", "deflate_error") else None
            break
        at += used
    first, rest = contents[0], b"".join(contents[1:])
    if len(contents) > 1:
        flags.append("trailing_content" if rest else "container:empty_member")
    return Inflated(first, rest, "gzip", tuple(dict.fromkeys(flags)), error)


def _member(data: bytes, bound: int) -> tuple[bytes, int, str | None]:
    """One gzip member: its content, the bytes that it took, and what was wrong with it."""
    header = _header_length(data)
    if header is None:
        return b"", len(data), "truncated"
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(data[header:], bound + 1)
    except zlib.error:
        return _salvage(data[header:], bound), len(data), "deflate_error"
    if len(content) > bound:
        raise EvidenceError(f"Inflates to more than {bound} bytes.", hint="If it is genuine, raise the limit.")
    if not engine.eof:
        return content, len(data), "truncated"
    trailer = engine.unused_data[:8]
    used = len(data) - len(engine.unused_data) + len(trailer)
    if len(trailer) < 8:
        return content, used, "container:no_trailer"
    crc, size = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
    if crc != zlib.crc32(content) or size != len(content) & 0xFFFFFFFF:
        return content, used, "container:crc"
    return content, used, None


def _salvage(data: bytes, bound: int) -> bytes:
    """What inflates before a deflate error, fed in small steps so that nothing whole is lost."""
    engine, out = zlib.decompressobj(-zlib.MAX_WBITS), bytearray()
    try:
        for at in range(0, len(data), 64):
            out += engine.decompress(data[at : at + 64], bound - len(out) + 1)
    except zlib.error:
        pass  # the fault itself: what came before it is the answer
    return bytes(out[:bound])


def _header_length(data: bytes) -> int | None:
    """Length of a gzip member's header (RFC 1952, 2.3), or None where it is cut."""
    if len(data) < 10:
        return None
    flags, at = data[3], 10
    if flags & 4:
        if len(data) < at + 2:
            return None
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for bit in (8, 16):
        if flags & bit:
            end = data.find(b"\0", at)
            if end < 0:
                return None
            at = end + 1
    if flags & 2:
        at += 2
    return at if at <= len(data) else None


def gzip_bytes(content: bytes) -> bytes:
    """Content as one gzip member without name or time: the same bytes go in, the same come out of zlib's default level."""
    return gzip.compress(content, mtime=0)
