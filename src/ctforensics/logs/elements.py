"""The elements of a JSON text that holds CloudTrail, whatever its shape: a list, a list in an object, values one after the other.

Of a text that breaks off, or is no JSON as a whole, the elements that are whole come first and then the fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctforensics.unwrap import json_text
from ctforensics.unwrap.json_text import Fault, Part

if TYPE_CHECKING:
    from ctforensics.logs.cloudtrail import Reading

RECORD_LISTS = (b"Records", b"records", b"Events", b"events")
FORMS = {b"Records": "records", b"records": "records", b"Events": "lookup_events", b"events": "lookup_events"}
MARK = b"eventVersion"


def parts(content: bytes, reading: Reading) -> Iterator[tuple[str, Part | Fault]]:
    """The elements of a content and the name of the shape that it has as a whole."""
    for whole in json_text.documents(content):
        if isinstance(whole, Fault):
            yield from _damaged(content, whole)
            return
        yield from document(whole, reading)


def document(whole: Part, reading: Reading) -> Iterator[tuple[str, Part | Fault]]:
    """The elements of one JSON value that is whole, with the name of its shape."""
    first = whole.raw[:1]
    if first == b"[":
        yield from (("array", part) for part in _list(whole.raw, whole.offset))
        return
    if first == b"{":
        try:
            lists = _lists_of(whole.raw)
        except ValueError as error:  # its brackets match, but it is no JSON
            yield from _broken(whole, str(error))
            return
        if lists:
            if len(lists) > 1:
                reading.flags.add("double_list")
            for name, part in lists:
                yield from ((FORMS[name], inner) for inner in _list(part.raw, whole.offset + part.offset))
            yield from _beside(whole, lists)
            reading.form = reading.form or FORMS[lists[0][0]]
            reading.flags.add("has_list")
            return
    yield "bare", whole


def _beside(whole: Part, lists: list[tuple[bytes, Part]]) -> Iterator[tuple[str, Part | Fault]]:
    """Further members of an object with a list of records, where they name a record's version too."""
    known = {part.offset for _, part in lists}
    if whole.raw.count(MARK) > sum(part.raw.count(MARK) for _, part in lists):
        for _, part in json_text.members(whole.raw):
            here = whole.offset + part.offset
            if part.offset in known or MARK not in part.raw:
                continue
            if part.raw[:1] == b"[":
                yield from (("wrapped", inner) for inner in _list(part.raw, here))
            elif part.raw[:1] == b"{":
                yield "wrapped", Part(here, part.raw)


def _lists_of(raw: bytes) -> list[tuple[bytes, Part]]:
    """The lists of records that an object holds under the names that we know, at its top level."""
    if not any(b'"%b"' % name in raw for name in RECORD_LISTS):
        return []
    quick = _quick_list(raw)
    if quick is not None:
        return [quick]
    return [(name, part) for name, part in json_text.members(raw) if name in FORMS and part.raw[:1] == b"["]


def _quick_list(raw: bytes) -> tuple[bytes, Part] | None:
    """``{"Records":[...]}`` and nothing else, as CloudTrail writes it."""
    match = json_text.ONLY_RECORDS.match(raw)
    end = raw.rfind(b"]")
    if match and raw[end + 1 :].strip() == b"}" and json_text.quick_elements(raw[match.end() : end + 1]) is not None:
        return b"Records", Part(match.end(), raw[match.end() : end + 1])
    return None


def _list(raw: bytes, offset: int) -> list[Part] | Iterator[Part | Fault]:
    quick = json_text.quick_elements(raw, offset)
    if quick is not None:
        return quick
    return (_moved(part, offset, offset + len(raw)) for part in json_text.elements(raw, 0))


def _moved(part: Part | Fault, by: int, end: int) -> Part | Fault:
    return Part(part.offset + by, part.raw) if isinstance(part, Part) else Fault(part.offset + by, part.reason, end)


def _broken(whole: Part, reason: str) -> Iterator[tuple[str, Part | Fault]]:
    """An object that is no JSON as a whole: the elements of its list, and one fault."""
    faulty = False
    for form, part in _damaged(whole.raw, Fault(0, reason)):
        faulty |= isinstance(part, Fault)
        yield form, _moved(part, whole.offset, whole.end)
    if not faulty:
        yield "bare", Fault(whole.end - 1, reason, whole.end)


def _damaged(content: bytes, fault: Fault) -> Iterator[tuple[str, Part | Fault]]:
    """A document that breaks off: whole elements of its list, then the fault."""
    at, form, begin = fault.offset, "array", -1
    if content[at : at + 1] == b"[":
        begin = at
    elif content[at : at + 1] == b"{":
        try:
            found = json_text.list_in(content[at:], RECORD_LISTS)
        except ValueError:
            found = None
        if found:
            form, begin = FORMS[found[0].encode()], at + found[1]
    if begin < 0:
        yield "bare", fault
        return
    end, part = begin + 1, None
    for part in json_text.elements(content, begin):
        yield form, part
        end = part.end if isinstance(part, Part) else end
    if not isinstance(part, Fault):  # the list is whole, what holds it is not
        yield form, Fault(end, fault.reason)
