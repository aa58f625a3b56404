"""The canonical form of a record and the key made from it.

Two records are the same record if they are equal as JSON with numbers compared as written: members sorted by name
(code point order), no white space, strings in one spelling, number text untouched, envelope removed. ``event_key`` is the
first 128 bits of the SHA-256 of that form. Members that stand twice are kept, in the order in which they came, so that a
record with a second ``eventName`` is not the same record as one without.

This is the exact and slow way; the loader has a fast one for records that survive a round trip and must agree.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from typing import Any

_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_BLANK = re.compile(r"[ \t\r\n]*")
_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
MAX_DEPTH = 1000
# Python functions that call one another use no C stack since 3.11; each level of JSON takes up to three of them.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 5 * MAX_DEPTH))


class Number(str):
    """The text of a JSON number, exactly as it stood."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The members of a JSON object in their order, doubles included."""

    __slots__ = ()


def parse_exactly(text: str) -> Any:
    """A JSON text as Members, list, str, Number, True, False, None; nothing is merged or rounded.

    Raises ValueError for text that is no JSON, that goes deeper than MAX_DEPTH or has something behind it.
    """

    def value(at: int, depth: int) -> tuple[Any, int]:
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")
        first = text[at : at + 1]
        if first == "{":
            return members(at, depth)
        if first == "[":
            return items(at, depth)
        if first == '"':
            return string(at)
        for word in _WORDS:
            if text.startswith(word, at):
                plain = {"true": True, "false": False, "null": None}
                return (plain[word] if word in plain else Number(word)), at + len(word)
        number = _NUMBER.match(text, at)
        if not number:
            raise ValueError(f"no JSON value at character {at}")
        return Number(number[0]), number.end()

    def string(at: int) -> tuple[str, int]:
        match = _STRING.match(text, at)
        if not match:
            raise ValueError(f"no JSON string at character {at}")
        return json.loads(match[0]), match.end()

    def members(at: int, depth: int) -> tuple[Members, int]:
        found = Members()
        at = skip(at + 1)
        if text[at : at + 1] == "}":
            return found, at + 1
        while True:
            name, at = string(at)
            at = skip(at)
            if text[at : at + 1] != ":":
                raise ValueError(f"no colon at character {at}")
            inner, at = value(skip(at + 1), depth + 1)
            found.append((name, inner))
            at = skip(at)
            if text[at : at + 1] == "}":
                return found, at + 1
            if text[at : at + 1] != ",":
                raise ValueError(f"no comma at character {at}")
            at = skip(at + 1)

    def items(at: int, depth: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = skip(at + 1)
        if text[at : at + 1] == "]":
            return found, at + 1
        while True:
            inner, at = value(at, depth + 1)
            found.append(inner)
            at = skip(at)
            if text[at : at + 1] == "]":
                return found, at + 1
            if text[at : at + 1] != ",":
                raise ValueError(f"no comma at character {at}")
            at = skip(at + 1)

    def skip(at: int) -> int:
        blank = _BLANK.match(text, at)
        return blank.end() if blank else at

    parsed, end = value(skip(0), 0)
    if skip(end) != len(text):
        raise ValueError(f"something follows the JSON value at character {end}")
    return parsed


def write(value: Any) -> str:
    """A value of ``parse_exactly`` in canonical form."""
    if isinstance(value, Members):
        ordered = sorted(value, key=lambda member: member[0])
        return "{" + ",".join(f"{_quoted(name)}:{write(inner)}" for name, inner in ordered) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(inner) for inner in value) + "]"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    return "null" if value is None else "true" if value else "false"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def canonical(record: bytes | str) -> bytes:
    """The canonical form of one record, as bytes. Raises ValueError for what is no JSON.

    Bytes that are not UTF-8 are kept as they are, and the form then begins with 0xFF, so that no valid record has the same.
    """
    text = record if isinstance(record, str) else record.decode("utf-8", "surrogateescape")
    form = write(parse_exactly(text))
    if isinstance(record, bytes) and not _is_utf8(record):
        return b"\xff" + b"".join(_piece(c) for c in form)
    return form.encode("utf-8", "surrogatepass")


def _piece(character: str) -> bytes:
    return character.encode("utf-8", "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def key_of(canonical_form: bytes) -> bytes:
    """``event_key``: the first 16 bytes of the SHA-256 of a canonical form."""
    return hashlib.sha256(canonical_form).digest()[:16]


def event_key(record: bytes | str) -> bytes:
    """``event_key`` of a record as it was written: 16 bytes."""
    return key_of(canonical(record))
