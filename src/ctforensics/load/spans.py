"""Spans of the canonical forms as Arrow columns and as numbers of distinct values, compiled."""

from __future__ import annotations

import numpy as np

from ctforensics.load.forms import copy
from ctforensics.load.nodes import STRING, compiled, hex_digit, proven, same

OTHER = 255  # the kind of a span that stands in another buffer


@compiled
def gather(canon, other, starts, ends, present, is_text, offsets, data, valid):
    """Copies spans behind one another as an Arrow string array; returns how many are absent.

    Those of the kind OTHER stand in ``other``. Of a text the quotes are left out and the escapes undone. ``offsets`` has one more than there are spans, ``valid`` a bit for each.
    """
    at, absent = 0, 0
    for i in range(len(starts)):
        offsets[i] = at
        if not present[i]:
            absent += 1
            continue
        valid[i >> 3] |= 1 << (i & 7)
        if present[i] == OTHER:
            at = copy(other, starts[i], ends[i], data, at)
        elif not is_text:
            at = copy(canon, starts[i], ends[i], data, at)
        elif present[i] == STRING:
            at = copy(canon, starts[i] + 1, ends[i] - 1, data, at)
        else:
            at = _unescape(canon, starts[i] + 1, ends[i] - 1, data, at)
    offsets[len(starts)] = at
    return absent


@compiled
def _unescape(canon, start, end, data, at):
    p = start
    while p < end:
        c = canon[p]
        p += 1
        if c == 92:
            c = canon[p]
            p += 1
            if c == 117:  # the canonical form has \u only for controls
                c = np.uint8(hex_digit(canon[p + 2]) * 16 + hex_digit(canon[p + 3]))
                p += 4
            else:
                c = np.uint8(
                    8 if c == 98 else 9 if c == 116 else 10 if c == 110 else 12 if c == 102 else 13 if c == 114 else c
                )
        data[at] = c
        at += 1
    return at


@compiled
def holds(canon, starts, ends, present, needle):
    """Which spans contain a needle."""
    found = np.zeros(len(starts), np.bool_)
    for i in range(len(starts)):
        if not present[i]:
            continue
        for p in range(starts[i], ends[i] - len(needle) + 1):
            if canon[p] == needle[0] and same(canon, p, needle):
                found[i] = True
                break
    return found


@compiled
def distinct(canon, starts, ends, present, seed):
    """A number for each span, equal where the bytes are equal (-1: absent), and the position of the first of each number."""
    size = 16
    while size < 2 * len(starts):
        size *= 2
    table, hashes = np.full(size, -1, np.int64), np.empty(len(starts), np.uint64)
    numbers, firsts = np.empty(len(starts), np.int32), np.empty(len(starts), np.int64)
    count = 0
    for i in range(len(starts)):
        if not present[i]:
            numbers[i] = -1
            continue
        mixed = _mixed(canon, starts[i], ends[i], seed)
        slot = np.int64(mixed & np.uint64(size - 1))
        while True:
            n = table[slot]
            if n < 0:
                table[slot], firsts[count], hashes[count], numbers[i] = count, i, mixed, count
                count += 1
                break
            if hashes[n] == mixed and _equal(canon, starts[firsts[n]], ends[firsts[n]], starts[i], ends[i]):
                numbers[i] = n
                break
            slot = (slot + 1) & (size - 1)
    return numbers, firsts[:count]


@proven
def _mixed(canon, start, end, seed):
    """A number made of the bytes of a span, eight at a time; the bounds are checked once."""
    if start < 0 or end < start or end > len(canon):
        raise IndexError("a span leaves its buffer")
    mixed, p, last = np.uint64(seed) ^ np.uint64(end - start), np.uint64(start), np.uint64(end)
    while p + np.uint64(8) <= last:
        word = np.uint64(canon[p])
        for k in range(1, 8):
            word |= np.uint64(canon[p + np.uint64(k)]) << np.uint64(8 * k)
        mixed = (mixed ^ word) * np.uint64(0xFF51AFD7ED558CCD)
        mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(
            0xC4CEB9FE1A85EC53
        )  # no difference cancels without the seed
        p += np.uint64(8)
    while p < last:
        mixed = (mixed ^ np.uint64(canon[p])) * np.uint64(0x100000001B3)
        p += np.uint64(1)
    return mixed ^ (mixed >> np.uint64(29))


@proven
def _equal(canon, start, end, other, other_end):
    """Whether two spans hold the same bytes; the bounds are checked once, and all bytes are compared, so that it goes in blocks."""
    if end - start != other_end - other:
        return False
    if min(start, other) < 0 or max(end, other_end) > len(canon):
        raise IndexError("a span leaves its buffer")
    differs, a, b = np.uint8(0), np.uint64(start), np.uint64(other)
    for i in range(np.uint64(max(end - start, 0))):
        differs |= canon[a + i] ^ canon[b + i]
    return differs == 0


@compiled
def together(numbers, seed):
    """The same for rows of numbers: a number for each row of ``numbers[rows, columns]``, and the first row of each."""
    rows, columns = numbers.shape
    size = 16
    while size < 2 * rows:
        size *= 2
    table = np.full(size, -1, np.int64)
    found, firsts = np.empty(rows, np.int32), np.empty(rows, np.int64)
    count = 0
    for i in range(rows):
        mixed = np.uint64(seed)
        for c in range(columns):
            mixed = (mixed ^ np.uint64(numbers[i, c] + 2)) * np.uint64(0xFF51AFD7ED558CCD)
            mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xC4CEB9FE1A85EC53)
        slot = np.int64((mixed >> np.uint64(29)) & np.uint64(size - 1))
        while True:
            n = table[slot]
            if n < 0:
                table[slot], firsts[count], found[i] = count, i, count
                count += 1
                break
            same = True
            for c in range(columns):
                same = same and numbers[firsts[n], c] == numbers[i, c]
            if same:
                found[i] = n
                break
            slot = (slot + 1) & (size - 1)
    return found, firsts[:count]
