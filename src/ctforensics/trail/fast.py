"""The canonical form of a record, fast: the same bytes as ``trail.canonical`` for records that survive a round trip.

Three ways, each only where it is exact: compact JSON whose parsed form is written back byte for byte (then sorting it changes nothing
else); JSON with blanks, parsed with a watch on numbers and double members; and ``trail.canonical`` for all the rest.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import orjson

from ctforensics.trail import canonical

SORTED = orjson.OPT_SORT_KEYS


class Parsed(NamedTuple):
    """A record in canonical form, as a dict (first of double members wins), and what was odd in its text.

    ``exact`` is false where columns cannot repeat the text: double members, lone surrogates, bytes that are not UTF-8, NaN, and numbers
    that a float or 64 bits cannot hold. ``origins`` gives, for each object inside of an odd text by its ``id``, the object as it stood.
    """

    form: bytes
    record: Any
    flags: tuple[str, ...] = ()
    origins: dict[int, canonical.Members] | None = None

    def inner(self, value: Any) -> Parsed:
        """An object that is a member of this one (an envelope), as if it had been parsed by itself.

        Raises ValueError where it is nested deeper than the canonical form allows.
        """
        origin = (self.origins or {}).get(id(value))
        if origin is None:
            try:
                return Parsed(orjson.dumps(value, None, SORTED), value)
            except TypeError as error:
                raise ValueError(f"nested deeper: {error}") from error
        flags = {"invalid_utf8"} & set(self.flags)
        origins: dict[int, canonical.Members] = {}
        plain = _plain(origin, flags, origins)
        form = canonical.write(origin).encode("utf-8", "surrogatepass")
        return Parsed(form, plain, tuple(sorted(flags)), origins)

    @property
    def exact(self) -> bool:
        return not self.flags


def may_be_deep(raw: bytes) -> bool:
    """Whether a text has brackets enough to be nested deeper than the canonical form allows."""
    most = canonical.MAX_DEPTH
    return len(raw) > 2 * most and raw.count(b"]") + raw.count(b"}") > most


class _Odd(Exception):
    """The text holds something that a plain parser would change."""


def parse(raw: bytes) -> Parsed:
    """A JSON value as canonical form and as Python objects. Raises ValueError for what is no JSON."""
    if may_be_deep(raw):
        return _exactly(raw)
    try:
        value = orjson.loads(raw)
        if orjson.dumps(value) == raw:
            return Parsed(orjson.dumps(value, None, SORTED), value)
    except (ValueError, TypeError, RecursionError):
        pass  # not plain JSON for orjson: the careful ways below decide
    try:
        value = _watchful(raw)
        return Parsed(orjson.dumps(value, None, SORTED), value)
    except (_Odd, ValueError, TypeError, RecursionError):
        return _exactly(raw)


def _watchful(raw: bytes) -> Any:
    return _DECODER.decode(raw.decode("utf-8"))


def _number(text: str) -> int | float:
    value: int | float = int(text) if text.lstrip("-").isdigit() and len(text) < 20 else float(text)
    if orjson.dumps(value) != text.encode():
        raise _Odd
    return value


def _constant(text: str) -> Any:
    raise _Odd


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Odd
    return found


_DECODER = json.JSONDecoder(
    parse_float=_number, parse_int=_number, parse_constant=_constant, object_pairs_hook=_members, strict=True
)


def _exactly(raw: bytes) -> Parsed:
    form = canonical.canonical(raw)
    flags: set[str] = set()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        flags.add("invalid_utf8")
        text = raw.decode("utf-8", "replace")
    origins: dict[int, canonical.Members] = {}
    value = _plain(canonical.parse_exactly(text), flags, origins)
    return Parsed(form, value, tuple(sorted(flags)), origins)


def _plain(value: Any, flags: set[str], origins: dict[int, canonical.Members]) -> Any:
    """What ``parse_exactly`` gives as ordinary objects: the first of double members, text that UTF-8 can hold."""
    if isinstance(value, canonical.Members):
        found: dict[str, Any] = {}
        origins[id(found)] = value
        for name, inner in value:
            name = _text(name, flags)
            if name in found:
                flags.add("duplicate_member")
            else:
                found[name] = _plain(inner, flags, origins)
        return found
    if isinstance(value, list):
        return [_plain(inner, flags, origins) for inner in value]
    if isinstance(value, canonical.Number):
        return _value_of(value, flags)
    return _text(value, flags) if isinstance(value, str) else value


def _value_of(number: canonical.Number, flags: set[str]) -> Any:
    if number in ("NaN", "Infinity", "-Infinity"):
        flags.add("not_a_number")
        return None
    try:
        return _number(number)
    except (_Odd, TypeError, ValueError, OverflowError):
        flags.add("number_text")
    value = float(number)
    if number.lstrip("-").isdigit() and -(2**63) <= int(number[:25]) < 2**64 and len(number) < 22:
        return int(number)
    return value if abs(value) != float("inf") else str(number)


def _text(text: str, flags: set[str]) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        flags.add("lone_surrogate")
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
