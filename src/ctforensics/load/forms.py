"""The canonical form of parsed JSON (``trail.canonical``), compiled: members sorted, strings in one spelling, numbers as they stand."""

from __future__ import annotations

import numpy as np

from ctforensics.load.nodes import (
    CLEAN,
    END,
    ESCAPED,
    FIRST,
    KEY,
    KEY_END,
    KIND,
    NEXT,
    OBJECT,
    START,
    compare,
    compiled,
    hex_digit,
    proven,
)  # fmt: skip

_MOST_MOVES = 1 << 14


@proven
def copy(text, start, end, canon, at):
    """Copies a span; the bounds are checked once, so that the loop can be a block move."""
    if start < 0 or end < start or end > len(text) or at < 0 or at + end - start > len(canon):
        raise IndexError("a span leaves its buffer")
    source, target = np.uint64(start), np.uint64(at)
    for i in range(np.uint64(end - start)):
        canon[target + i] = text[source + i]
    return at + end - start


@compiled
def member_name(text, start, end, canon, at):
    """Writes a member's name with its quotes and colon behind ``canon[at]``; returns where they end."""
    canon[at] = 34
    at = copy(text, start, end, canon, at + 1)
    canon[at], canon[at + 1] = 34, 58
    return at + 2


@compiled
def children(text, nodes, node, order, top):
    """Puts the children of a container behind ``order[top]``, members sorted by name; their number.

    It is -1 for a double name, and where sorting in place takes too many moves: hundreds of members that somebody stood upside down.
    """
    child, count, moves = nodes[node, FIRST], 0, 0
    sort = nodes[node, KIND] == OBJECT
    while child >= 0:
        i = top + count
        while sort and i > top:
            by = compare(text, nodes, order[i - 1], child)
            if by == 0:
                return -1
            if by < 0:
                break
            order[i] = order[i - 1]
            i -= 1
        moves += top + count - i
        if moves > _MOST_MOVES:
            return -1
        order[i] = child
        count, child = count + 1, nodes[child, NEXT]
    return count


@compiled
def emit(text, nodes, root, canon, at, order, frames):
    """Writes the value of a node in canonical form behind ``canon[at]``; returns where it ends, or -1."""
    if nodes[root, CLEAN]:
        return copy(text, nodes[root, START], nodes[root, END], canon, at)
    if nodes[root, KIND] == ESCAPED:
        return spell(text, nodes[root, START], nodes[root, END], canon, at)
    depth, count = 0, children(text, nodes, root, order, 0)
    frames[0, 0], frames[0, 1], frames[0, 2], frames[0, 3] = root, 0, count, 0
    while depth >= 0:
        node, base, count, i = frames[depth, 0], frames[depth, 1], frames[depth, 2], frames[depth, 3]
        if count < 0:
            return -1
        is_object = nodes[node, KIND] == OBJECT
        if i == 0:
            canon[at] = 123 if is_object else 91
            at += 1
        if i == count:
            canon[at] = 125 if is_object else 93
            at, depth = at + 1, depth - 1
            continue
        frames[depth, 3] = i + 1
        child = order[base + i]
        if i:
            canon[at] = 44
            at += 1
        if is_object:
            at = member_name(text, nodes[child, KEY], nodes[child, KEY_END], canon, at)
        if nodes[child, CLEAN]:
            at = copy(text, nodes[child, START], nodes[child, END], canon, at)
        elif nodes[child, KIND] == ESCAPED:
            at = spell(text, nodes[child, START], nodes[child, END], canon, at)
            if at < 0:
                return -1
        else:
            depth += 1
            frames[depth, 0], frames[depth, 1], frames[depth, 3] = child, base + count, 0
            frames[depth, 2] = children(text, nodes, child, order, base + count)
    return at


@compiled
def spell(text, start, end, canon, at):
    """Writes a string, quotes included, with the escapes of the canonical form only; -1 for a lone surrogate."""
    p = start
    while p < end:
        c = text[p]
        if c != 92:
            canon[at] = c
            at, p = at + 1, p + 1
            continue
        c = text[p + 1]
        if c == 47:
            canon[at] = 47
            at, p = at + 1, p + 2
        elif c != 117:
            canon[at], canon[at + 1] = 92, c
            at, p = at + 2, p + 2
        else:
            code, p = code_point(text, p, end)
            if code < 0:
                return -1
            at = put(code, canon, at)
    return at


@compiled
def code_point(text, p, end):
    """The code point of ``\\uXXXX`` at ``p``, or of two that are a pair, and what follows it; -1 for a lone surrogate."""
    code = 0
    for i in range(2, 6):
        code = code * 16 + hex_digit(text[p + i])
    p += 6
    if code < 0xD800 or code > 0xDFFF:
        return code, p
    if code > 0xDBFF or p + 6 > end or text[p] != 92 or text[p + 1] != 117:
        return -1, p
    low = 0
    for i in range(2, 6):
        low = low * 16 + hex_digit(text[p + i])
    if low < 0xDC00 or low > 0xDFFF:
        return -1, p
    return 0x10000 + (code - 0xD800) * 1024 + low - 0xDC00, p + 6


@compiled
def put(code, canon, at):
    """Writes a character as the canonical form has it: the short escapes, \\u00xx for other controls, UTF-8 for the rest."""
    if code == 34 or code == 92:
        canon[at], canon[at + 1] = 92, code
        return at + 2
    if code < 32:
        short = (
            98
            if code == 8
            else 116
            if code == 9
            else 110
            if code == 10
            else 102
            if code == 12
            else 114
            if code == 13
            else 0
        )
        canon[at] = 92
        if short:
            canon[at + 1] = short
            return at + 2
        canon[at + 1], canon[at + 2], canon[at + 3], canon[at + 4] = 117, 48, 48, 48 + (code >> 4)
        low = code & 15
        canon[at + 5] = 48 + low if low < 10 else 87 + low
        return at + 6
    return utf8(code, canon, at)


@compiled
def utf8(code, out, at):
    """Writes a code point as UTF-8 behind ``out[at]``; returns where it ends."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at], out[at + 1] = 0xC0 | code >> 6, 0x80 | code & 63
        return at + 2
    if code < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63
        return at + 3
    out[at], out[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 63
    out[at + 2], out[at + 3] = 0x80 | code >> 6 & 63, 0x80 | code & 63
    return at + 4
