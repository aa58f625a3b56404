"""A file that holds exactly one clean gzip member, read and proven in as few steps as there are.

What is read and proven here is clean to the last byte; of everything else ``door`` says what it is. It imports next to nothing, because
processes that do nothing but read begin with it.
"""

from __future__ import annotations

import os

import deflate

GZIP_MAGIC = b"\x1f\x8b"
# Nothing is followed, and a pipe that took a file's place since it was listed does not make us wait.
OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FIRST, _PIECE = 1 << 16, 1 << 20


def stored(file: str | os.PathLike[str], most: int) -> bytes | None:
    """The bytes of a file of at most so many; None where it is larger or cannot be read."""
    try:
        descriptor = os.open(file, OPEN)
    except (OSError, ValueError):
        return None
    try:
        data = os.read(descriptor, _FIRST)
        if len(data) == _FIRST:  # there may be more of it
            size = os.lseek(descriptor, 0, os.SEEK_END)
            os.lseek(descriptor, 0, os.SEEK_SET)
            data = whole(descriptor, size, most + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return data if len(data) <= most else None


def whole(descriptor: int, size: int, most: int) -> bytes:
    """What is left of a file that had that size, or so many bytes of it, also where it grew or the system gives it in pieces."""
    parts = [os.read(descriptor, min(size + 1, most))]
    held = len(parts[0])
    while parts[-1] and held != size and held < most:
        parts.append(os.read(descriptor, min(_PIECE, most - held)))
        held += len(parts[-1])
    return parts[0] if len(parts) == 1 else b"".join(parts)


def member(data: bytes, inflated: int, ratio: int, small: int) -> bytearray | None:
    """The content, if the data is exactly one gzip member with some content and nothing else; None where that is not proven.

    ``inflated``, ``ratio`` and ``small`` are the limits of that name. libdeflate checks the trailer (CRC and size) that follows the deflate
    stream, and passes over whatever comes behind it. So the member ends in the four bytes of its size; where those stand nowhere in the
    data but at its end, it ends where the data ends.
    """
    tail = data[-4:]
    size = int.from_bytes(tail, "little")
    if not size or (size > small and size > len(data) * ratio) or size > inflated:
        return None
    if not data.startswith(GZIP_MAGIC) or data.find(tail) != len(data) - 4:
        return None
    try:
        content = deflate.gzip_decompress(data, size)
    except (deflate.DeflateError, ValueError):
        return None
    return content if len(content) == size else None
