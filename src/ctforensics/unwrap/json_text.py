"""Splitting JSON text into its parts without losing where they stood: documents one after another, and the elements of a list.

Offsets and lengths are in bytes of the content. Damage is not an exception: whole parts before it are given, and the fault says
where it begins.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from ctforensics.trail import canonical

BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(rb"[ \t\r\n]*")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]"]', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\]}{\[\"]+")
ONLY_RECORDS = re.compile(rb'\{\s*"Records"\s*:\s*(?=\[)')
MAX_DEPTH = canonical.MAX_DEPTH + 1
_LONGEST = 1 << 18  # bytes of a line that is tried as one value; CloudTrail's records have fewer


@dataclass(frozen=True, slots=True)
class Part:
    """One JSON value: where its bytes stand, and the bytes."""

    offset: int
    raw: bytes

    @property
    def end(self) -> int:
        return self.offset + len(self.raw)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the text stops being JSON, why, and where what is spoiled by that ends at the latest (None: with the content)."""

    offset: int
    reason: str
    end: int | None = None


def skip(content: bytes, at: int) -> int:
    """The position of the next byte that is no white space."""
    blank = _BLANK.match(content, at)
    return blank.end() if blank else at


def value_end(content: bytes, at: int, until: int = sys.maxsize) -> int:
    """The end of the JSON value that begins at a position, found by its brackets. Raises ValueError where it is cut or too deep."""
    first = content[at : at + 1]
    if first not in (b"{", b"["):
        match = _TOKEN.match(content, at) if first == b'"' else _SCALAR.match(content, at)
        if not match or match.end() == at or match[0] == b'"':
            raise ValueError("truncated" if at >= len(content) or first == b'"' else "no JSON value")
        return match.end()
    depth = 0
    for token in _TOKEN.finditer(content, at, until):
        mark = content[token.start()]
        if mark in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH}")
        elif mark == 0x22 and token.end() == token.start() + 1:
            raise ValueError("truncated")  # a text that nothing ends
        elif mark in b"}]":
            depth -= 1
            if depth == 0:
                return token.end()
    raise ValueError("truncated")


def documents(content: bytes) -> Iterator[Part | Fault]:
    """Every JSON value in a text: one, one a line, or one right after the other. Stops at the first fault, which it gives."""
    at = skip(content, len(BOM) if content.startswith(BOM) else 0)
    whole = content[at:] if at else content
    if _is_json(whole):
        yield Part(at, whole.rstrip(b" \t\r\n"))
        return
    beyond = at  # a line is tried once: many values in one would each be looked at with all that follows
    while at < len(content):
        part = None
        if at >= beyond:
            end = content.find(b"\n", at, at + _LONGEST)
            beyond = end if end >= 0 else at + _LONGEST
            part = _line(content, at, beyond)
        if part is None:
            try:
                part = Part(at, content[at : value_end(content, at)])
            except ValueError as error:
                yield Fault(at, str(error))
                return
        yield part
        at = skip(content, part.end)


def _line(content: bytes, at: int, end: int) -> Part | None:
    """The object that begins at a position, where it ends with its line: a fast parser says so sooner than its brackets do."""
    raw = content[at:end].rstrip(b" \t\r")
    if raw[:1] != b"{" or raw[-1:] != b"}" or raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or not _is_json(raw):
        return None
    return Part(at, raw)


def elements(content: bytes, at: int) -> Iterator[Part | Fault]:
    """Every element of the list that begins at ``at``; a cut or malformed tail becomes a Fault after the whole elements."""
    at = skip(content, at + 1)
    while True:
        if at >= len(content):
            yield Fault(at, "truncated")
            return
        if content[at] == 0x5D:  # ]
            return
        try:
            end = value_end(content, at)
        except ValueError as error:
            yield Fault(at, str(error))
            return
        yield Part(at, content[at:end])
        at = skip(content, end)
        if content[at : at + 1] == b",":
            at = skip(content, at + 1)
        elif at < len(content) and content[at] != 0x5D:
            yield Fault(at, "no comma between elements")
            return


def quick_elements(content: bytes, base: int = 0) -> list[Part] | None:
    """The elements of a valid JSON list, by a fast parser; None where it cannot say."""
    try:
        raws = _LIST.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found, at = [], 0
    for raw in raws:
        piece = bytes(raw)
        at = content.index(piece, at)
        found.append(Part(base + at, piece))
        at += len(piece)
    return found


def list_in(content: bytes, names: tuple[bytes, ...]) -> tuple[str, int] | None:
    """Name and position of the list that is the value of one of these members of the object ``content`` (top level only)."""
    at = skip(content, 1)
    while content[at : at + 1] == b'"':
        end = value_end(content, at)
        name = content[at + 1 : end - 1]
        at = skip(content, end)
        if content[at : at + 1] != b":":
            return None
        at = skip(content, at + 1)
        if name in names and content[at : at + 1] == b"[":
            return name.decode(), at
        at = skip(content, value_end(content, at))
        if content[at : at + 1] != b",":
            return None
        at = skip(content, at + 1)
    return None


def _is_json(text: bytes) -> bool:
    try:
        _ANY.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_ANY = msgspec.json.Decoder(msgspec.Raw)


def members(content: bytes, at: int = 0) -> Iterator[tuple[bytes, Part]]:
    """Name (as written) and value of every member of the object that begins at ``at``. Raises ValueError where it is cut."""
    at = skip(content, at + 1)
    while content[at : at + 1] == b'"':
        end = value_end(content, at)
        name = content[at + 1 : end - 1]
        at = skip(content, end)
        if content[at : at + 1] != b":":
            raise ValueError("no colon after a member's name")
        at = skip(content, at + 1)
        end = value_end(content, at)
        yield name, Part(at, content[at:end])
        at = skip(content, end)
        if content[at : at + 1] == b",":
            at = skip(content, at + 1)
