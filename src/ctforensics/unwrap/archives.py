"""Containers inside containers: zip, tar, gzip, Zstandard, bzip2 and xz, recognised by their bytes, opened in memory within bounds.

A member's path is ``container!/member``; nothing is ever written to disk, so a hostile name is only a name.
"""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ctforensics.errors import EvidenceError
from ctforensics.evidence import door
from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import DAMAGED, GOES_ON, StrictTarInfo, goes_on, tar_refusal

MAX_LAYERS = 5
_ZIP, _ZSTD, _BZ2, _XZ = b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00"


@dataclass(frozen=True, slots=True)
class Member:
    """One innermost content. ``stored`` is what stood in the container; ``error`` is a sentence where it cannot be opened."""

    path: str
    stored: bytes
    content: bytes
    container: str
    flags: tuple[str, ...] = ()
    rest: bytes = b""
    error: str | None = None


def kind(content: bytes) -> str | None:
    """The kind of container that some bytes are, or None."""
    if content.startswith((_ZIP, b"PK\x05\x06")):
        return "zip"
    if content.startswith(door.GZIP_MAGIC):
        return "gzip"
    if content.startswith(_ZSTD):
        return "zstd"
    if content.startswith(_BZ2) and content[4:10] == b"1AY&SY":
        return "bzip2"
    if content.startswith(_XZ):
        return "xz"
    return "tar" if content[257:262] == b"ustar" else None


def is_many(found: str | None) -> bool:
    """Whether a kind of container holds named members."""
    return found in ("zip", "tar")


def members(path: str, content: bytes, limits: Limits) -> Iterator[Member]:
    """Every innermost content below some bytes, in the order of names. The bytes of a zip or tar itself are not among them.

    All of them together are bounded too: many members may share the same few bytes of a container.
    """
    left, total = limits.total(len(content)), limits.total(len(content))
    for member in _members(path, content, limits, 0):
        left -= len(member.content)
        if left < 0:
            error = (
                f"all members together inflate to more than {total} bytes: the rest of this container was not opened"
            )
            yield Member(path, content, b"", kind(content) or "plain", error=error)
            return
        yield member


def _members(path: str, content: bytes, limits: Limits, layer: int) -> Iterator[Member]:
    found = kind(content)
    if layer >= MAX_LAYERS:
        yield Member(path, content, b"", found or "plain", error="containers nested too deep")
    elif found == "zip":
        yield from _zip(path, content, limits, layer)
    elif found == "tar":
        yield from _tar(path, content, limits, layer)
    elif found:
        yield from _one(path, content, found, limits, layer)
    else:
        yield Member(path, content, content, "plain")


def _one(path: str, content: bytes, found: str, limits: Limits, layer: int) -> Iterator[Member]:
    """A compressed stream of one content, which may be a container again."""
    try:
        if found == "gzip":
            inflated = door.inflate(content, limits)
            inner, flags, rest = inflated.content, inflated.flags, inflated.rest
            error = inflated.error
        else:
            inner, trailing = _expand(content, found, limits)
            flags, rest, error = ("container:trailing_bytes",) if trailing else (), b"", None
    except (EvidenceError, *DAMAGED) as fault:
        yield Member(path, content, b"", found, error=str(fault))
        return
    if kind(inner):
        yield from _members(path, inner, limits, layer + 1)
    else:
        yield Member(path, content, inner, found, flags, rest, error)


def _expand(content: bytes, found: str, limits: Limits) -> tuple[bytes, bool]:
    """The content of all streams, and whether something follows them that is none."""
    bound = limits.bound(len(content))
    if found == "zstd":
        inner, trailing = _zstd(content, bound), False
    else:
        inner, trailing = _streams(bz2.BZ2Decompressor if found == "bzip2" else lzma.LZMADecompressor, content, bound)
    if len(inner) > bound:
        raise EvidenceError(f"Inflates to more than {bound} bytes.")
    return inner, trailing


def _zstd(content: bytes, bound: int) -> bytes:
    import zstandard

    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content), read_across_frames=True)
    try:
        return bytes(reader.read(bound + 1))
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error


def _streams(make: Callable[[], Any], content: bytes, bound: int) -> tuple[bytes, bool]:
    """One stream after the other. The zero bytes with which xz may fill up are no trailing bytes (xz file format 2.2)."""
    parts: list[bytes] = []
    left, held = content, 0
    while left:
        engine = make()
        try:
            part = engine.decompress(left, bound - held + 1)
        except (OSError, lzma.LZMAError):
            if parts:
                return b"".join(parts), True
            raise
        parts.append(part)
        held += len(part)
        if held > bound:
            break
        if not engine.eof:
            raise EOFError("Compressed file ended before the end-of-stream marker was reached")
        left = engine.unused_data.lstrip(b"\0") if make is lzma.LZMADecompressor else engine.unused_data
    return b"".join(parts), False


def _zip(path: str, content: bytes, limits: Limits, layer: int) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in sorted(archive.infolist(), key=lambda info: info.filename):
                if entry.is_dir():
                    continue
                inner = f"{path}!/{entry.filename}"
                if entry.flag_bits & 1:
                    yield Member(inner, b"", b"", "zip", error="encrypted container member")
                    continue
                if entry.file_size > limits.bound(entry.compress_size):
                    yield Member(inner, b"", b"", "zip", error=f"inflates to {entry.file_size} bytes: beyond the limit")
                    continue
                try:
                    data = archive.read(entry)
                except DAMAGED as fault:
                    yield Member(inner, b"", b"", "zip", error=str(fault))
                    continue
                yield from _members(inner, data, limits, layer + 1)
    except DAMAGED as fault:
        yield Member(path, content, b"", "zip", error=f"not a readable zip: {fault}")


def _tar(path: str, content: bytes, limits: Limits, layer: int) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:", tarinfo=StrictTarInfo) as archive:
            for entry in sorted(archive.getmembers(), key=lambda info: info.name):
                inner = f"{path}!/{entry.name}"
                if entry.isdir():
                    continue
                if refused := tar_refusal(entry):
                    yield Member(inner, b"", b"", "tar", error=refused)
                    continue
                stream = archive.extractfile(entry)
                data = stream.read() if stream else b""
                yield from _members(inner, data, limits, layer + 1)
            if goes_on(archive):
                yield Member(path, content, b"", "tar", error=GOES_ON)
    except DAMAGED as fault:
        yield Member(path, content, b"", "tar", error=f"not a readable tar: {fault}")
