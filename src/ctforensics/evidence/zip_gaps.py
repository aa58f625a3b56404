"""What stands in a zip and not in its directory: members that somebody unlisted, or another zip before this one.

A zip is read from the directory at its end (APPNOTE.TXT 4.3), so what that does not list is passed over by every tool, without a word.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO

_MEMBER = b"PK\x03\x04"
_LOCAL, _ENTRY = 30, 46  # bytes of a member's header and of its entry in the directory, before names and extra fields
_AT_ONCE = 1 << 20


def unlisted(archive: zipfile.ZipFile) -> str | None:
    """A sentence where members stand outside the directory of an open zip; None where none do."""
    stream = archive.fp
    if stream is None:
        return None
    number = sum(_members_in(stream, *gap) for gap in _gaps(archive, stream))
    if not number:
        return None
    return f"the zip holds {number} member(s) that its directory does not list, which are not opened: it was altered, or two were joined"


def _gaps(archive: zipfile.ZipFile, stream: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where a member could stand between what the directory lists, and behind the directory: from, to."""
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    reach, last = 0, None
    for entry in entries:
        if entry.header_offset - reach >= _LOCAL:
            yield _end(stream, last, reach), entry.header_offset
        end = entry.header_offset + _LOCAL + len(entry.orig_filename) + entry.compress_size
        if end > reach:
            reach, last = end, entry
    directory = archive.start_dir
    if directory - reach >= _LOCAL:
        yield _end(stream, last, reach), directory
    listed = sum(_ENTRY + len(e.orig_filename) + len(e.extra) + len(e.comment) for e in entries)
    yield directory + listed, stream.seek(0, 2)


def _end(stream: IO[bytes], entry: zipfile.ZipInfo | None, reach: int) -> int:
    """Where a member ends: how long its extra field is, only its own header says."""
    if entry is None:
        return reach
    stream.seek(entry.header_offset)
    header = stream.read(_LOCAL)
    if len(header) < _LOCAL:
        return reach
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    return entry.header_offset + _LOCAL + name + extra + entry.compress_size


def _members_in(stream: IO[bytes], start: int, end: int) -> int:
    """How many members begin between two places."""
    found, tail, at = 0, b"", start
    stream.seek(start)
    while at < end and (piece := stream.read(min(_AT_ONCE, end - at))):
        found += (tail + piece).count(_MEMBER)
        tail, at = (tail + piece)[-len(_MEMBER) + 1 :], at + len(piece)
    return found
