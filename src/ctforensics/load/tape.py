"""The walk over many log files at once, compiled: one pass tells where every member of every record stands in canonical form.

It knows log files as CloudTrail writes them. Whatever is unusual (blanks, a number that a float might change, a double member, an escaped
name, a lone surrogate, depth) makes a file *careful*: nothing of it is taken here, and the reference reads it.
"""

from __future__ import annotations

import numpy as np

from ctforensics.load.about import conclude
from ctforensics.load.forms import emit, member_name
from ctforensics.load.members import FLATTENED
from ctforensics.load.nodes import (
    DEPTH,
    END,
    ESCAPED,
    FALSE,
    FIRST,
    KEY,
    KEY_END,
    KIND,
    NEXT,
    NODES,
    START,
    STRING,
    TRUE,
    compiled,
    parse,
    same,
)  # fmt: skip
from ctforensics.trail.columns import EVENT_COLUMNS

FIELDS = tuple(sorted(column.field for column in EVENT_COLUMNS if column.field))
_TYPES = {column.field: column.type for column in EVENT_COLUMNS if column.field}
CONSOLE = FIELDS.index("sessionCredentialFromConsole")
TIME = FIELDS.index("eventTime")
_VERSION, _SOURCE, _NAME = (FIELDS.index(f) for f in ("eventVersion", "eventSource", "eventName"))
_TYPE, _CATEGORY = (FIELDS.index(f) for f in ("eventType", "eventCategory"))
_PARAMETERS, _RESPONSE, _RESOURCES, _DETAILS, _MESSAGE = (
    FIELDS.index(f)
    for f in ("requestParameters", "responseElements", "resources", "serviceEventDetails", "errorMessage")
)
_TEXTS = np.array([_TYPES[f] == "VARCHAR" for f in FIELDS])
_FLAGS = np.array([_TYPES[f] == "BOOLEAN" for f in FIELDS])
_NAMES = np.frombuffer("".join(FIELDS).encode(), np.uint8).copy()
_NAME_AT = np.cumsum([0, *map(len, FIELDS)]).astype(np.int64)
_HEAD = np.frombuffer(b'{"Records":[', np.uint8).copy()
_AGGREGATED, _COUNTS = (np.frombuffer(word, np.uint8).copy() for word in (b'"AwsAggregatedEvent"', b'"Aggregated"'))
_FLATTENED = np.frombuffer(FLATTENED, np.uint8).copy()
_AWS = np.frombuffer(b'"aws:', np.uint8).copy()
_TRUE_TEXT = np.frombuffer(b'"true"', np.uint8).copy()
_MONTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@compiled
def walk(text, bounds, most, canon, status, place, records, spans, kinds, odd, times, told, abouts):
    """Reads the files ``text[bounds[i]:bounds[i + 1]]``; returns how many records they hold.

    ``status[i]`` is 1 for a file that was read, 0 for a careful one (so is one with a record of more than ``most`` bytes).
    ``records[r]`` is file, index, offset in the file, length, and the span of the canonical form in ``canon``; ``spans[r, f]`` start and
    end of a member there, ``kinds[r, f]`` what it is. ``odd[r]`` is 1 where columns alone cannot hold the record (it has no spans
    then), ``times[r]`` eventTime in microseconds. ``told[r]`` is 1 where ``abouts[r]`` says what the call was about (``load.about``).
    """
    nodes = np.empty((NODES, 8), np.int64)
    order, frames = np.empty(NODES, np.int64), np.empty((DEPTH + 1, 4), np.int64)
    stack = np.empty((DEPTH, 2), np.int64)
    slots, guess = np.empty(len(_TEXTS), np.int64), np.zeros(len(_TEXTS), np.int64)
    count, at = 0, 0
    for file in range(len(bounds) - 1):
        first, kept = count, at
        begin, end = bounds[file], bounds[file + 1]
        status[file] = 0
        if end - begin < len(_HEAD) + 2 or not same(text, begin, _HEAD) or text[end - 2] != 93 or text[end - 1] != 125:
            continue
        p, index, whole = begin + len(_HEAD), 0, False
        if p == end - 2:
            status[file] = 1
            continue
        while True:
            if text[p] != 123:
                break
            after = parse(text, p, end, nodes, stack)
            if after < 0 or after - p > most:
                break
            at = _record(text, nodes, canon, at, count, spans, kinds, odd, times, slots, guess, order, frames)
            if at < 0:
                break
            told[count] = 0
            if not odd[count]:
                told[count] = conclude(
                    text,
                    nodes,
                    slots[_SOURCE],
                    slots[_PARAMETERS],
                    slots[_RESPONSE],
                    slots[_RESOURCES],
                    slots[_DETAILS],
                    slots[_MESSAGE],
                    abouts[count],
                )
            records[count, 0], records[count, 1] = file, index
            records[count, 2], records[count, 3] = p - begin, after - p
            records[count, 4], records[count, 5] = place[0], at
            place[0] = at
            count, index, p = count + 1, index + 1, after
            if p == end - 2:
                whole = True
                break
            if p > end - 2 or text[p] != 44:
                break
            p += 1
        if whole:
            status[file] = 1
        else:
            count, at = first, kept
            place[0] = kept
    return count


@compiled
def _record(text, nodes, canon, at, number, spans, kinds, odd, times, slots, guess, order, frames):
    """One record: its members into slots by field, its canonical form, its spans. Returns the end of the form, or -1 for careful."""
    slots[:] = -1
    odd[number], times[number] = 0, 0
    child, i = nodes[0, FIRST], 0
    while child >= 0:
        field = _field(text, nodes, child, guess[i] if i < len(guess) else 0)
        if field < 0:
            if same(text, nodes[child, KEY] - 1, _FLATTENED):
                return -1
            odd[number] = 1
        elif slots[field] >= 0:
            return -1
        else:
            slots[field] = child
            if i < len(guess):
                guess[i] = field
        child, i = nodes[child, NEXT], i + 1
    if slots[_VERSION] < 0 or not _is_text(nodes, slots[_SOURCE]) or not _is_text(nodes, slots[_NAME]):
        return -1
    if nodes[slots[_SOURCE], KIND] == ESCAPED or same(text, nodes[slots[_SOURCE], START], _AWS):
        return -1
    for field, counts in ((_TYPE, _AGGREGATED), (_CATEGORY, _COUNTS)):
        node = slots[field]
        if node >= 0 and (nodes[node, KIND] == ESCAPED or same(text, nodes[node, START], counts)):
            return -1
    if not odd[number]:
        odd[number] = _is_odd(text, nodes, slots, times, number)
    kinds[number, :] = 0
    if odd[number]:
        return at
    canon[at] = 123
    at += 1
    first = True
    for field in range(len(slots)):
        node = slots[field]
        if node < 0:
            continue
        if not first:
            canon[at] = 44
            at += 1
        first = False
        at = member_name(text, nodes[node, KEY], nodes[node, KEY_END], canon, at)
        spans[number, field, 0] = at
        at = emit(text, nodes, node, canon, at, order, frames)
        if at < 0:
            return -1
        spans[number, field, 1] = at
        kinds[number, field] = nodes[node, KIND]
    canon[at] = 125
    return at + 1


@compiled
def _field(text, nodes, node, guess):
    """The number of the field that a member is, or -1. ``guess`` is tried first: records of one service look alike."""
    start, length = nodes[node, KEY], nodes[node, KEY_END] - nodes[node, KEY]
    for n in range(-1, len(_NAME_AT) - 1):
        field = guess if n < 0 else n
        at = _NAME_AT[field]
        if _NAME_AT[field + 1] - at != length:
            continue
        same = True
        for i in range(length):
            if text[start + i] != _NAMES[at + i]:
                same = False
                break
        if same:
            return field
    return -1


@compiled
def _is_text(nodes, node):
    return node >= 0 and (nodes[node, KIND] == STRING or nodes[node, KIND] == ESCAPED)


@compiled
def _is_odd(text, nodes, slots, times, number):
    """Whether a scalar has another type than its column, or eventTime another form than 2024-05-02T06:11:09Z."""
    for field in range(len(slots)):
        node = slots[field]
        if node < 0:
            continue
        kind = nodes[node, KIND]
        if _TEXTS[field] and kind != STRING and kind != ESCAPED:
            return 1
        if _FLAGS[field] and kind != TRUE and kind != FALSE and (field != CONSOLE or kind != STRING):
            return 1
        if field == CONSOLE and kind == STRING and not same(text, nodes[node, START], _TRUE_TEXT):
            return 1
    node = slots[TIME]
    if node < 0 or nodes[node, END] - nodes[node, START] != 22:
        return 1
    times[number] = _instant(text, nodes[node, START] + 1)
    return times[number] == -(1 << 62)


@compiled
def _instant(text, at):
    """Microseconds since 1970 of 2024-05-02T06:11:09Z, or -2**62 for any other text."""
    fault = -(1 << 62)
    for i in range(20):
        c = text[at + i]
        if i == 4 or i == 7:
            right = c == 45
        elif i == 10:
            right = c == 84
        elif i == 13 or i == 16:
            right = c == 58
        elif i == 19:
            right = c == 90
        else:
            right = 48 <= c <= 57
        if not right:
            return fault
    year = _two(text, at) * 100 + _two(text, at + 2)
    month, day = _two(text, at + 5), _two(text, at + 8)
    hour, minute, second = _two(text, at + 11), _two(text, at + 14), _two(text, at + 17)
    if year < 1 or month < 1 or month > 12 or day < 1 or hour > 23 or minute > 59 or second > 59:
        return fault
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day > _MONTHS[month - 1] + (month == 2 and leap):
        return fault
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719162 + day - 1
    for m in range(month - 1):
        days += _MONTHS[m] + (m == 1 and leap)
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000


@compiled
def _two(text, at):
    return (np.int64(text[at]) - 48) * 10 + np.int64(text[at + 1]) - 48
