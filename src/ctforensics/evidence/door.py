"""Opening one evidence object: strict about its container, honest about what is odd, bounded in memory.

A clean object is plain, or gzip of exactly one member whose CRC-32 and size are right (RFC 1952). Anything else is a flag:

- ``container:padding``, ``container:trailing_bytes``, ``container:empty_member``: something without content after the first member;
- ``container:crc``, ``container:no_trailer``, ``container:header``: whole content in a damaged container;
- ``container:plain``: named ``.gz`` but not compressed;
- ``container:chain``: every member is a payload of CloudWatch Logs, as Firehose writes them: ``content`` is all of them;
- ``container:split``: one JSON value in several members, of which the first alone is none: ``content`` is all of them;
- ``trailing_content``: more members with content: ``content`` is the first, ``rest`` the others;
- ``truncated`` or ``deflate_error``: ``content`` is what came out before the fault.

The fast way (libdeflate) takes what is proven to be clean to the last byte; everything else goes the careful way (zlib), which
alone decides what is odd. So the verdict never depends on a fast library's manners.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import stat
import zlib
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import msgspec

from ctforensics import hashing
from ctforensics.errors import EvidenceError, ParameterError
from ctforensics.evidence import clean
from ctforensics.evidence.clean import GZIP_MAGIC
from ctforensics.evidence.roots import DAMAGED, Located

_FED = 1 << 16  # compressed bytes at a time: of a bomb they give 64 MB
_WIDER = "If it is genuine, open it with --max-ratio 1100 or a larger --max-bytes."
MOST_MEMBERS = 100_000
# What CloudWatch Logs delivers to Firehose: each payload is a gzip member of its own, and the object is a chain of them.
_DELIVERY = re.compile(rb'\s*\{\s*"messageType"\s*:\s*"(?:DATA|CONTROL)_MESSAGE"')


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the door goes: bytes of stored and of inflated content, and the ratio between them.

    CloudTrail logs shrink 5 to 60 times; deflate cannot do more than 1032 times, so a bound above that would be none. What
    inflates to less than ``small`` bytes is let through whatever its ratio. ``record`` bounds one record: CloudTrail writes at most
    256 KB, CloudTrail Lake 1 MB. ``digest`` bounds the content of a digest or sign file, which is parsed as a whole and then takes
    six times its size in memory: 16 MiB list some 40,000 log files of one account, region and hour.
    """

    stored: int = 1 << 30
    inflated: int = 1 << 30
    ratio: int = 300
    small: int = 1 << 24
    record: int = 1 << 22
    digest: int = 1 << 24

    def __post_init__(self) -> None:
        if min(self.stored, self.inflated, self.ratio, self.small, self.record, self.digest) < 1:
            raise ParameterError("A limit must be 1 or more.", hint="Leave it out for the usual one.")

    def is_wider_than(self, other: Limits) -> bool:
        """Whether something may come through that the other limits stopped."""
        return any(getattr(self, name) > getattr(other, name) for name in ("stored", "inflated", "ratio", "record"))

    @classmethod
    def of_json(cls, text: str | None) -> Limits:
        """The limits that a JSON text says; the usual ones where there is none, or where a database says what no load wrote."""
        try:
            return cls(**json.loads(text or "{}"))
        except (ValueError, TypeError):
            return cls()

    def total(self, stored: int) -> int:
        """How many bytes all members of a container of so many bytes may give together."""
        return max(self.inflated, stored * self.ratio)

    def bound(self, stored: int) -> int:
        """How many bytes of content so many stored bytes may give."""
        return min(self.inflated, max(self.small, stored * self.ratio))


USUAL = Limits()


class Inflated(NamedTuple):
    """What a container held: the content, content of further members, flags, and where it broke."""

    content: bytes
    rest: bytes = b""
    container: str = "plain"
    flags: tuple[str, ...] = ()
    error: str | None = None


class Opened(NamedTuple):
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
    content, rest, container, flags, error = inflated
    sha256, content_sha256 = hashing.sha256_hex(data), hashing.sha256_hex(content)
    return Opened(located, len(data), sha256, content, content_sha256, container, flags, rest, error)


def read_stored(located: Located, limits: Limits) -> bytes:
    """The stored bytes of an object, as they are."""
    file = located.file_name
    if located.refused or (file is None and located.open is None):
        raise EvidenceError(f"Not opened: {located.refused}.", where=located.path)
    if located.size > limits.stored:
        raise EvidenceError(f"Larger than {limits.stored} bytes.", where=located.path)
    if located.packed is not None and located.size > limits.bound(located.packed):
        raise EvidenceError(f"Inflates to {located.size} bytes: beyond the limit.", where=located.path)
    try:
        if file is not None:
            data = _read_file(file, limits.stored + 1)
        else:
            assert located.open
            with located.open() as stream:
                data = _read_stream(stream, limits.stored + 1)
    except DAMAGED as error:
        raise EvidenceError(
            f"Cannot be read: {getattr(error, 'strerror', None) or error}.", where=located.path
        ) from error
    if len(data) > limits.stored:
        raise EvidenceError(f"Larger than {limits.stored} bytes.", where=located.path)
    return data


def _read_file(file: str | os.PathLike[str], most: int) -> bytes:
    descriptor = os.open(file, clean.OPEN)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is no longer a regular file")
        return clean.whole(descriptor, status.st_size, most)
    finally:
        os.close(descriptor)


def sha256_of_file(located: Located) -> bytes | None:
    """The hash of a file's stored bytes however large it is; None where it is no file, or cannot be read."""
    if located.refused or located.file_name is None:
        return None
    try:
        descriptor = os.open(located.file_name, clean.OPEN)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return None


def _read_stream(stream: BinaryIO, most: int) -> bytes:
    """So many bytes of a stream. What a zip inflates would be held twice if it were asked for at once."""
    held = io.BytesIO()
    while (left := most - held.tell()) > 0 and (piece := stream.read(min(left, hashing.CHUNK))):
        held.write(piece)
    return held.getvalue()


def clean_file(located: Located, limits: Limits = Limits()) -> bytes | bytearray | None:
    """The content of a file that holds exactly one clean gzip member, and something in it, read the fast way.

    None for everything else, also for what cannot be read: ``read_stored`` and ``inflate`` say what it is.
    """
    file = located.file_name
    if file is None or located.refused:
        return None
    data = clean.stored(file, limits.stored)
    return None if data is None else clean.member(data, limits.inflated, limits.ratio, limits.small)


def inflate(data: bytes, limits: Limits = Limits(), *, gz_name: bool = False) -> Inflated:
    """The content of gzip or plain bytes. Raises EvidenceError for a bomb (ratio or size beyond the limits)."""
    if not data.startswith(GZIP_MAGIC):
        return Inflated(data, flags=("container:plain",) if gz_name and data else ())
    whole = clean.member(data, limits.inflated, limits.ratio, limits.small)
    if whole is not None:
        return Inflated(bytes(whole), container="gzip")
    return _inflate_carefully(data, limits.bound(len(data)))


def _inflate_carefully(data: bytes, bound: int) -> Inflated:
    contents: list[bytes] = []
    flags: list[str] = []
    error, at, total = None, 0, 0
    while at < len(data):
        if not data.startswith(GZIP_MAGIC, at):
            flags.append("container:padding" if not data[at:].strip(b"\0") else "container:trailing_bytes")
            break
        if len(contents) >= MOST_MEMBERS:  # nobody delivers so many: the rest is set aside as it is, unopened
            contents.append(data[at:])
            break
        content, used, fault = _member(data, at, bound - total)
        total += len(content)
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
    if len(contents) > 1 and error is None and all(map(_DELIVERY.match, contents)):
        return Inflated(b"".join(contents), b"", "gzip", (*dict.fromkeys(flags), "container:chain"))
    first, rest = contents[0], b"".join(contents[1:])
    if rest and error is None and not _is_json(first) and _is_json(whole := first + rest):
        return Inflated(whole, b"", "gzip", (*dict.fromkeys(flags), "container:split"))
    if len(contents) > 1:
        flags.append("trailing_content" if rest else "container:empty_member")
    return Inflated(first, rest, "gzip", tuple(dict.fromkeys(flags)), error)


def _is_json(text: bytes) -> bool:
    """Whether a text is one whole JSON value."""
    try:
        _ANY.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


_ANY = msgspec.json.Decoder(msgspec.Raw)


def _member(data: bytes, at: int, bound: int) -> tuple[bytes, int, str | None]:
    """The gzip member at a position: its content, the bytes that it took, and what was wrong with it.

    It is fed in pieces that grow, so that a file of very many small members costs no more than its size.
    """
    header = _header_length(data, at)
    if header is None:
        return b"", len(data) - at, "truncated"
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    out = io.BytesIO()  # gives what it holds away without a second copy of it
    position, step = at + header, 1 << 12
    while not engine.eof and position < len(data):
        piece = memoryview(data)[position : position + step]
        position, step = position + len(piece), min(4 * step, _FED)
        try:
            out.write(engine.decompress(piece, bound + 1 - out.tell()))
        except zlib.error:
            out = io.BytesIO()
            return _salvage(memoryview(data)[at + header :], bound), len(data) - at, "deflate_error"
        if out.tell() > bound:
            raise EvidenceError(f"Inflates to more than {bound} bytes.", hint=_WIDER)
    content = out.getvalue()
    if not engine.eof:
        return content, len(data) - at, "truncated"
    end = position - len(engine.unused_data)
    return content, end + 8 - at, _fault(data, at, data[end : end + 8], content)


def _fault(data: bytes, at: int, trailer: bytes, content: bytes) -> str | None:
    """What is wrong with the frame of a member whose deflate stream is whole."""
    if len(trailer) < 8:
        return "container:no_trailer"
    crc, size = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
    if crc != zlib.crc32(content) or size != len(content) & 0xFFFFFFFF:
        return "container:crc"
    if data[at + 2] != 8 or data[at + 3] & 0xE0:  # method and reserved bits: RFC 1952, 2.3.1.2 wants them refused
        return "container:header"
    return None


def _salvage(data: memoryview, bound: int) -> bytes:
    """What inflates before a deflate error, fed in small steps so that nothing whole is lost."""
    engine, out = zlib.decompressobj(-zlib.MAX_WBITS), io.BytesIO()
    try:
        for at in range(0, len(data), 64):
            out.write(engine.decompress(data[at : at + 64], bound - out.tell() + 1))
    except zlib.error:
        pass  # the fault itself: what came before it is the answer
    out.truncate(min(out.tell(), bound))
    return out.getvalue()


def _header_length(data: bytes, begin: int) -> int | None:
    """Length of the header of the gzip member at a position (RFC 1952, 2.3), or None where it is cut."""
    if len(data) < begin + 10:
        return None
    flags, at = data[begin + 3], begin + 10
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
    return at - begin if at <= len(data) else None


def gzip_bytes(content: bytes) -> bytes:
    """Content as one gzip member without name or time: the same bytes go in, the same come out of zlib's default level."""
    return gzip.compress(content, mtime=0)
