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
from dataclasses import dataclass, replace
from typing import Any

from ctforensics.errors import EvidenceError
from ctforensics.evidence import door, zip_gaps
from ctforensics.evidence.clean import GZIP_MAGIC
from ctforensics.evidence.door import Limits
from ctforensics.evidence.roots import DAMAGED
from ctforensics.evidence.tars import StrictTarInfo, entries_of, tar_end, tar_refusal

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
    if content.startswith(GZIP_MAGIC):
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
    rest = b""
    try:
        if found == "gzip":
            inflated = door.inflate(content, limits)
            inner, flags, rest, error = inflated.content, inflated.flags, inflated.rest, inflated.error
        else:
            inner, flags, error = _expand(content, found, limits)
    except (EvidenceError, *DAMAGED) as fault:
        yield Member(path, content, b"", found, error=str(fault))
        return
    if not kind(inner):
        yield Member(path, content, inner, found, flags, rest, error)
        return
    for member in _members(
        path, inner, limits, layer + 1
    ):  # what is odd about a container is so about all that it holds
        yield replace(member, flags=tuple(dict.fromkeys((*flags, *member.flags)))) if flags else member
    if error or rest:
        said = "content behind its first member" if rest else "it breaks off"
        yield Member(path, content, b"", found, flags, error=f"of a container in {found} not all was opened: {said}")


def _expand(content: bytes, found: str, limits: Limits) -> tuple[bytes, tuple[str, ...], str | None]:
    """The content of all streams, whether something follows them that is none, and ``truncated`` where the last one breaks off."""
    bound = limits.bound(len(content))
    inner, trailing, cut = _streams(found, content, bound)
    if len(inner) > bound:
        raise EvidenceError(f"Inflates to more than {bound} bytes.")
    return inner, ("container:trailing_bytes",) if trailing else (), "truncated" if cut else None


class _Zstd:
    """A Zstandard frame as the other engines have their streams; what it is fed must be small, as it does not bound what comes out."""

    def __init__(self) -> None:
        import zstandard

        self._frame, self._fault = zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError

    def decompress(self, data: bytes, most: int) -> bytes:
        try:
            return bytes(self._frame.decompress(data))
        except self._fault as error:
            raise ValueError(str(error)) from error

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._frame.unused_data)


# How to open a stream, and how many bytes it is fed at most: a few bytes of Zstandard may be a block of 128 KiB.
_ENGINES: dict[str, tuple[Callable[[], Any], int]] = {
    "bzip2": (bz2.BZ2Decompressor, 1 << 22),
    "xz": (lzma.LZMADecompressor, 1 << 22),
    "zstd": (_Zstd, 1 << 11),
}


def _streams(found: str, content: bytes, bound: int) -> tuple[bytes, bool, bool]:
    """One stream after the other, fed in pieces that grow, so that very many small ones cost no more than their size.

    Returns the content, whether bytes follow that are no stream, and whether the last stream breaks off. The zero bytes with which xz
    may fill up are no trailing bytes (xz file format 2.2).
    """
    make, most = _ENGINES[found]
    parts: list[bytes] = []
    at = held = number = 0
    while at < len(content):
        engine, step, first = make(), min(most, 1 << 12), number == 0
        while not engine.eof:
            piece = content[at : at + step]
            if not piece:
                return b"".join(parts), False, True
            at, step = at + len(piece), min(4 * step, most)
            try:
                parts.append(engine.decompress(piece, bound - held + 1))
            except (OSError, ValueError, lzma.LZMAError):
                if first:
                    raise
                return b"".join(parts), True, False
            held += len(parts[-1])
            if held > bound:
                return b"".join(parts), False, False
        at, number = at - len(engine.unused_data), number + 1
        if number >= door.MOST_MEMBERS:
            return b"".join(parts), at < len(content), False
        while found == "xz" and content[at : at + 1] == b"\0":
            at += 1
    return b"".join(parts), False, False


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
            if told := zip_gaps.unlisted(archive):
                yield Member(path, content, b"", "zip", error=told)
    except DAMAGED as fault:
        yield Member(path, content, b"", "zip", error=f"not a readable zip: {fault}")


def _tar(path: str, content: bytes, limits: Limits, layer: int) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:", tarinfo=StrictTarInfo) as archive:
            for entry in sorted(entries_of(archive, len(content)), key=lambda info: info.name):
                inner = f"{path}!/{entry.name}"
                if entry.isdir():
                    continue
                if refused := tar_refusal(entry):
                    yield Member(inner, b"", b"", "tar", error=refused)
                    continue
                stream = archive.extractfile(entry)
                data = stream.read() if stream else b""
                yield from _members(inner, data, limits, layer + 1)
            if told := tar_end(archive):
                yield Member(path, content, b"", "tar", error=told)
    except DAMAGED as fault:
        yield Member(path, content, b"", "tar", error=f"not a readable tar: {fault}")
