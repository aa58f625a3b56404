"""Opening a tar: no step backwards, a bound on what it inflates to and on how many members it claims, and what is odd about its end."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import BinaryIO, cast

_LEAST, _RATIO = 1 << 30, 300
"""What a compressed tar may inflate to: so many times its size, and a gigabyte whatever its size; more is a bomb."""
_TOO_MUCH = "it inflates to more than {} bytes; if it is genuine, unpack it first"
_MEMBERS, _STORED = 10_000, 32
"""A member takes over a kilobyte in memory, and an empty one hardly a byte in a compressed tar; a real one is stored in 50 and more."""


class StrictTarInfo(tarfile.TarInfo):
    """A tar header that refuses a negative size: older Pythons walk backwards at one, for ever (CVE-2025-8194)."""

    def _block(self, count: int) -> int:
        if count < 0:
            raise tarfile.HeaderError("negative size")
        return int(super()._block(count))  # type: ignore[misc]


_GOES_ON = "the tar goes on after its last readable member: a damaged header, or another archive behind it"
_CUT = "the tar has no end mark: it may have been cut, and members behind the last one be lost"


def tar_end(archive: tarfile.TarFile) -> str | None:
    """What is odd about the end of a tar whose members were listed; tarfile stops there without a word, whatever follows or is missing."""
    stream = cast(BinaryIO, archive.fileobj)
    stream.seek(archive.offset)
    zeros = 0
    while chunk := stream.read(_AT_ONCE):
        if chunk.strip(b"\0") or zeros > _MOST_PADDING:
            return _GOES_ON
        zeros += len(chunk)
    return None if zeros >= tarfile.BLOCKSIZE else _CUT


_AT_ONCE, _MOST_PADDING = 1 << 20, 1 << 28


def tar_refusal(entry: tarfile.TarInfo) -> str | None:
    """Why a member of a tar is not opened; None where it is. A sparse one is mostly holes, and a few bytes claim terabytes."""
    if entry.issparse():
        return "sparse container member"
    return None if entry.isfile() else "container member is not a regular file"


class _Bounded(io.RawIOBase):
    """A stream that ends with an error where it gives more than it may."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most = stream, most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == io.SEEK_SET and offset > self._most:  # before it is inflated up to there
            raise tarfile.ReadError(_TOO_MUCH.format(self._most))
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        if self._stream.tell() > self._most:
            raise tarfile.ReadError(_TOO_MUCH.format(self._most))
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def open_tar(file: Path) -> tarfile.TarFile:
    """A tar file, compressed or not. Raises what ``roots.DAMAGED`` names, also while it is read."""
    plain = tarfile.open(file, tarinfo=StrictTarInfo)  # noqa: SIM115 - whoever asked closes it
    stream = cast(BinaryIO, plain.fileobj)
    if isinstance(stream, io.BufferedReader):
        return plain
    stream.seek(0)
    bounded = cast(BinaryIO, _Bounded(stream, max(_LEAST, _RATIO * file.stat().st_size)))
    return tarfile.open(fileobj=bounded, mode="r:", tarinfo=StrictTarInfo)


def entries_of(archive: tarfile.TarFile, stored: int) -> list[tarfile.TarInfo]:
    """The members of a tar that takes ``stored`` bytes, in its order. Raises tarfile.ReadError where it claims too many."""
    most, found = _MEMBERS + stored // _STORED, []
    for entry in archive:
        found.append(entry)
        if len(found) > most:
            raise tarfile.ReadError(f"it claims more than {most} members, which its size does not allow")
    return found
