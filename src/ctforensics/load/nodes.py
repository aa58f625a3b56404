"""JSON text as nodes, compiled: where each value begins and ends, what it is, its name, and what is beside and inside it.

Only compact JSON that two parsers cannot read differently is taken. The text is hostile: indices are checked at run time (``compiled``),
or a check up front and the docstring say why none can leave its array (``proven``).
"""

from __future__ import annotations

import numpy as np
from numba import njit

ABSENT, NULL, TRUE, FALSE, NUMBER, STRING, ESCAPED, OBJECT, ARRAY = range(9)
KIND, START, END, KEY, KEY_END, NEXT, FIRST, CLEAN = range(8)  # what a node tells
NODES, DEPTH = 1 << 16, 200
FAULT = (-1, 0)
_ONES, _TOPS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_NUMBERED = np.uint64(0x0001020304050607)
_WORDS = np.frombuffer(b"nulltruefalse", np.uint8).copy()

compiled = njit(cache=True, nogil=True, boundscheck=True)
proven = njit(cache=True, nogil=True, boundscheck=False)


@compiled
def same(text, at, expected):
    """Whether some bytes stand at a position."""
    if at + len(expected) > len(text):
        return False
    for i in range(len(expected)):
        if text[at + i] != expected[i]:
            return False
    return True


@proven
def string_at(text, p, end):
    """From behind the opening quote: where the closing one stands (-1: nowhere), and 1 for escapes, 2 for such as are spelled anew.

    Each look at the text follows one at ``end``: a position that ``_plain_end`` found stands before it.
    """
    escapes = 0
    while True:
        p = _plain_end(text, p, end)
        if p < 0 or text[p] < 32:
            return FAULT
        if text[p] == 34:
            return p, escapes
        p += 1
        if p >= end:
            return FAULT
        c = text[p]
        if c == 117:
            if p + 4 >= end:
                return FAULT
            for i in range(1, 5):
                if hex_digit(text[p + i]) < 0:
                    return FAULT
            escapes, p = 2, p + 4
        elif c == 47:
            escapes = 2
        elif c == 34 or c == 92 or c == 98 or c == 102 or c == 110 or c == 114 or c == 116:
            escapes = max(escapes, 1)
        else:
            return FAULT
        p += 1


@proven
def _plain_end(text, p, end):
    """The position of the next quote, backslash or control character, or -1; the bounds are checked once.

    Eight bytes at a time: a byte is zero where subtracting one from it borrows (the same for "less than 32"). A borrow reaches only the
    bytes behind one that was found, so the first one found is right; its number is that of its bit, by a multiplication.
    """
    if p < 0 or end > len(text):
        raise IndexError("a text leaves its buffer")
    at, last = np.uint64(p), np.uint64(max(end, 0))
    while at + np.uint64(8) <= last:
        word = np.uint64(text[at])
        for k in range(1, 8):
            word |= np.uint64(text[at + np.uint64(k)]) << np.uint64(8 * k)
        quote, back = word ^ np.uint64(0x2222222222222222), word ^ np.uint64(0x5C5C5C5C5C5C5C5C)
        found = (quote - _ONES) & ~quote | (back - _ONES) & ~back | (word - np.uint64(0x2020202020202020)) & ~word
        found &= _TOPS
        if found:
            first = (found & (~found + np.uint64(1))) >> np.uint64(7)
            return np.int64(at + (first * _NUMBERED >> np.uint64(56)))
        at += np.uint64(8)
    while at < last:
        c = text[at]
        if c == 34 or c == 92 or c < 32:
            return np.int64(at)
        at += np.uint64(1)
    return np.int64(-1)


@compiled
def hex_digit(c):
    """The value of a hexadecimal digit, -1 for any other byte."""
    if 48 <= c <= 57:
        return np.int64(c) - 48
    if 97 <= c <= 102:
        return np.int64(c) - 87
    return np.int64(c) - 55 if 65 <= c <= 70 else np.int64(-1)


@proven
def number_at(text, p, end):
    """The end of a number that 64 bits and a float write back as it stands, else -1.

    ``p`` stands before ``end``; each look at the text follows one at ``end``, or is at a digit that was seen.
    """
    negative = text[p] == 45
    p += negative
    first = p
    while p < end and 48 <= text[p] <= 57:
        p += 1
    digits = p - first
    if digits == 0 or p >= end or (text[first] == 48 and digits > 1):
        return -1
    if text[p] == 46:
        dot = p
        p += 1
        while p < end and 48 <= text[p] <= 57:
            p += 1
        decimals = p - dot - 1
        if decimals == 0 or digits + decimals > 15 or p >= end:
            return -1
        if text[p - 1] == 48 and decimals > 1:
            return -1
        if text[first] == 48 and decimals > 4 and text[dot + 1] == 48 and text[dot + 2] == 48 and text[dot + 3] == 48:
            return -1
    elif digits > 18 or (negative and text[first] == 48):
        return -1
    return -1 if text[p] == 101 or text[p] == 69 else p


@proven
def word_at(text, p, end):
    """Kind and end of null, true or false, looked for where they end before ``end``."""
    for kind, first, length in ((NULL, 0, 4), (TRUE, 4, 4), (FALSE, 8, 5)):
        if p + length <= end:
            same = True
            for i in range(length):
                same = same and text[p + i] == _WORDS[first + i]
            if same:
                return kind, p + length
    return 0, -1


@proven
def name_at(text, p, end):
    """Start and end of a member's name without quotes, and where its value begins, before ``end`` (-1: not a plain name)."""
    if p >= end or text[p] != 34:
        return 0, 0, -1
    q, escapes = string_at(text, p + 1, end)
    if q < 0 or escapes or q + 2 >= end or text[q + 1] != 58:
        return 0, 0, -1
    return p + 1, q, q + 2


@proven
def parse(text, p, end, nodes, stack):
    """Parses the value at ``p`` into ``nodes`` (the first one is the value); returns where it ends, or -1.

    The arrays are measured up front. Each look at the text follows one at ``end``, each new node one at ``NODES`` and each new depth one
    at ``DEPTH``; ``stack`` and the links between nodes hold only numbers of nodes that were counted.
    """
    if (
        p < 0
        or end > len(text)
        or len(nodes) < NODES
        or nodes.shape[1] <= CLEAN
        or len(stack) < DEPTH
        or stack.shape[1] < 2
    ):
        raise IndexError("a text leaves its buffer, or nodes do not fit")
    count, depth, name, name_end = 0, -1, 0, 0
    while True:
        if p >= end or count >= NODES:
            return -1
        c, node = text[p], count
        count += 1
        nodes[node, START], nodes[node, KEY], nodes[node, KEY_END] = p, name, name_end
        nodes[node, NEXT], nodes[node, FIRST], nodes[node, CLEAN] = -1, -1, 1
        if depth >= 0:
            if stack[depth, 1] < 0:
                nodes[stack[depth, 0], FIRST] = node
            else:
                nodes[stack[depth, 1], NEXT] = node
            stack[depth, 1] = node
        if c == 34:
            q, escapes = string_at(text, p + 1, end)
            if q < 0:
                return -1
            nodes[node, KIND] = ESCAPED if escapes else STRING
            nodes[node, CLEAN] = escapes < 2
            p = q + 1
        elif c == 123 or c == 91:
            nodes[node, KIND] = OBJECT if c == 123 else ARRAY
            depth += 1
            if depth >= DEPTH or p + 1 >= end:
                return -1
            stack[depth, 0], stack[depth, 1] = node, -1
            p += 1
            if text[p] != c + 2:
                if c == 123:
                    name, name_end, p = name_at(text, p, end)
                    if p < 0:
                        return -1
                continue
        elif c == 45 or 48 <= c <= 57:
            nodes[node, KIND] = NUMBER
            p = number_at(text, p, end)
            if p < 0:
                return -1
        else:
            kind, p = word_at(text, p, end)
            if p < 0:
                return -1
            nodes[node, KIND] = kind
        nodes[node, END] = p
        going = False
        while depth >= 0:
            if p >= end:
                return -1
            c, node = text[p], stack[depth, 0]
            is_object = nodes[node, KIND] == OBJECT
            p += 1
            if c == 44 and stack[depth, 1] >= 0:
                if is_object:
                    name, name_end, p = name_at(text, p, end)
                    if p < 0:
                        return -1
                going = True
                break
            if c != (125 if is_object else 93):
                return -1
            nodes[node, END] = p
            nodes[node, CLEAN] = is_clean(text, nodes, node, is_object)
            depth -= 1
        if not going:
            return p


@proven
def is_clean(text, nodes, node, is_object):
    """Whether a container of ``parse`` stands in canonical form already: so do all its values, and its names are sorted."""
    child, before = nodes[node, FIRST], -1
    while child >= 0:
        if not nodes[child, CLEAN] or (is_object and before >= 0 and compare(text, nodes, before, child) >= 0):
            return 0
        before, child = child, nodes[child, NEXT]
    return 1


@proven
def compare(text, nodes, one, other):
    """Order of two members by name, byte by byte, which is the order of code points. The nodes are those of ``parse``."""
    a, b = nodes[one, KEY], nodes[other, KEY]
    long, short = nodes[one, KEY_END] - a, nodes[other, KEY_END] - b
    for i in range(min(long, short)):
        if text[a + i] != text[b + i]:
            return np.int64(text[a + i]) - np.int64(text[b + i])
    return long - short
