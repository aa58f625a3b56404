"""What a call was about, compiled: the answer of ``trail.target`` for records that name it plainly, as spans of their text.

Whatever needs a closer look (an error text, a number, a list of one, a name in another spelling, an escape) is left to ``trail.target``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ctforensics.load.nodes import (
    ARRAY,
    END,
    ESCAPED,
    FIRST,
    KEY,
    KEY_END,
    KIND,
    NEXT,
    NULL,
    NUMBER,
    OBJECT,
    START,
    STRING,
    compiled,
    same,
)  # fmt: skip
from ctforensics.trail.target import LAST, MEMBERS, S3

COLUMNS = (
    "target",
    "bucket_name",
    "object_key",
    "requested_role_arn",
    "issued_access_key_id",
)  # as in trail.target.Target
TARGET, BUCKET, OBJECT_KEY, ROLE, ISSUED = range(len(COLUMNS))
_NOTHING, _SAID, _UNSURE = 0, 1, -1
# Names that are looked for: those that name what a call is about, by rank, three that only a bucket gives a meaning, and the last.
_WORDS = (*MEMBERS, "bucket", "key", "prefix", LAST)
_RANKED = len(MEMBERS)
_BUCKET_NAME, _ROLE_ARN = MEMBERS.index("bucketName"), MEMBERS.index("roleArn")
_PLAIN_BUCKET, _KEY, _PREFIX, _LAST = range(_RANKED, _RANKED + 4)
_LETTERS = np.frombuffer("".join(_WORDS).encode(), np.uint8).copy()
_AT = np.cumsum([0, *map(len, _WORDS)]).astype(np.int64)
_SLOTS = 1024
_OTHER = -1  # a name that is not looked for


def _hash(name: bytes) -> int:
    mixed = 0
    for letter in name.lower():
        mixed = (mixed * 31 + letter) % (1 << 30)
    return mixed % _SLOTS


def _table() -> np.ndarray[Any, Any]:
    """Word numbers by the hash of their letters, whatever their case; the next free slot where two meet."""
    table = np.full(_SLOTS, _OTHER, np.int64)
    for number, word in enumerate(_WORDS):
        slot = _hash(word.encode())
        while table[slot] >= 0:
            slot = (slot + 1) % _SLOTS
        table[slot] = number
    return table


_TABLE = _table()
_LONGEST = max(map(len, _WORDS))
_REQUEST, _ITEMS, _ARN = (np.frombuffer(word, np.uint8).copy() for word in (b"Request", b"items", b"ARN"))
_HOLDERS = tuple(np.frombuffer(word, np.uint8).copy() for word in (b"credentials", b"accessKey"))
_CREDENTIALS, _ACCESS_KEY = _HOLDERS
_ACCESS_KEY_ID = np.frombuffer(b"accessKeyId", np.uint8).copy()
_SERVICES = tuple(np.frombuffer(f'"{name}"'.encode(), np.uint8).copy() for name in S3)
_S3, _S3_EXPRESS, _S3_OUTPOSTS = _SERVICES


@compiled
def conclude(text, nodes, source, parameters, response, resources, details, message, found):
    """Fills ``found[column]`` with start and end of each column's value in ``text`` (-1: none); False where it is not sure of all of them.

    The members are given by their nodes (-1: absent); all nodes are those of one record in which no name stands twice.
    """
    found[:, :] = -1
    if nodes[source, KIND] != STRING:
        return False
    if message >= 0 and nodes[message, END] - nodes[message, START] > 2:
        return False
    about, bucket, key, prefix, role = _named(text, nodes, parameters)
    if about == -2:
        return False
    state = _take(nodes, bucket, found, BUCKET)
    if state == _UNSURE or _take(nodes, role, found, ROLE) == _UNSURE or not _issued(text, nodes, response, found):
        return False
    if state == _SAID:
        found[TARGET, 0], found[TARGET, 1] = found[BUCKET, 0], found[BUCKET, 1]
        state = _take(nodes, key, found, OBJECT_KEY)
        if state == _NOTHING:
            state = _take(nodes, prefix, found, OBJECT_KEY)
        return state != _UNSURE
    is_s3 = same(text, nodes[source, START], _S3) or same(text, nodes[source, START], _S3_EXPRESS)
    is_s3 = is_s3 or same(text, nodes[source, START], _S3_OUTPOSTS)
    if is_s3 and _holds_any(nodes, resources):
        return False
    if about >= 0:
        _take(nodes, about, found, TARGET)
        return True
    return _otherwise(text, nodes, parameters, response, resources, details, found)


@compiled
def _named(text, nodes, holder):
    """The members of an object that say what a call is about: the narrowest (-2: a doubt), bucket, key, prefix, role."""
    about, best, bucket_name, bucket, key, prefix, role, last = -1, _RANKED, -1, -1, -1, -1, -1, False
    child = nodes[holder, FIRST] if holder >= 0 and nodes[holder, KIND] == OBJECT else -1
    while child >= 0:
        start, end = nodes[child, KEY], nodes[child, KEY_END]
        word = _word(text, start, end)
        if word == -2:
            return -2, -1, -1, -1, -1
        if word == _OTHER:
            ends = end - start >= len(_REQUEST) and same(text, end - len(_REQUEST), _REQUEST)
            if ends and nodes[child, KIND] == OBJECT:
                return -2, -1, -1, -1, -1
        elif word < _RANKED:
            state = _state(nodes, child)
            if state == _UNSURE:
                return -2, -1, -1, -1, -1
            if state == _SAID and word < best:
                about, best = child, word
        if word == _BUCKET_NAME:
            bucket_name = child
        elif word == _PLAIN_BUCKET:
            bucket = child
        elif word == _KEY:
            key = child
        elif word == _PREFIX:
            prefix = child
        elif word == _ROLE_ARN:
            role = child
        elif word == _LAST:
            last = True
        child = nodes[child, NEXT]
    if last and about < 0:
        return -2, -1, -1, -1, -1
    if bucket_name >= 0 and _state(nodes, bucket_name) != _NOTHING:
        bucket = bucket_name
    return about, bucket, key, prefix, role


@compiled
def _word(text, start, end):
    """The number of a word, -1 for a name that is none, -2 for one that is one of the ranked words in another spelling, or may be."""
    mixed = 0
    for i in range(start, end):
        c = np.int64(text[i])
        if c > 127:
            return -2
        mixed = (mixed * 31 + (c | 32 if 65 <= c <= 90 else c)) % (1 << 30)
    length, slot, doubt = end - start, mixed % _SLOTS, False
    if length > _LONGEST:
        return _OTHER
    while _TABLE[slot] >= 0:
        word = _TABLE[slot]
        at = _AT[word]
        if _AT[word + 1] - at == length:
            alike, equal = True, True
            for i in range(length):
                one, other = text[start + i], _LETTERS[at + i]
                if one != other:
                    equal = False
                    if (one | 32) != (other | 32) or not 97 <= (one | 32) <= 122:
                        alike = False
                        break
            if equal:
                return word
            doubt |= alike and word < _RANKED
        slot = (slot + 1) % _SLOTS
    return -2 if doubt else _OTHER


@compiled
def _state(nodes, node):
    """Whether a value says something as a text: yes, no, or not plainly (a number, an escape, a list of one, an object)."""
    if node < 0:
        return _NOTHING
    kind = nodes[node, KIND]
    if kind == STRING:
        return _SAID if nodes[node, END] - nodes[node, START] > 2 else _NOTHING
    if kind in (ESCAPED, NUMBER, OBJECT):
        return _UNSURE
    if kind == ARRAY:
        child = nodes[node, FIRST]
        return _UNSURE if child >= 0 and nodes[child, NEXT] < 0 else _NOTHING
    return _NOTHING


@compiled
def _take(nodes, node, found, column):
    """Makes a value that says something that of a column; returns its state."""
    state = _state(nodes, node)
    if state == _SAID:
        found[column, 0], found[column, 1] = nodes[node, START] + 1, nodes[node, END] - 1
    return state


@compiled
def _member(text, nodes, holder, name):
    """The member of that name of an object, -1 where there is none."""
    child = nodes[holder, FIRST] if holder >= 0 and nodes[holder, KIND] == OBJECT else -1
    while child >= 0:
        start = nodes[child, KEY]
        if nodes[child, KEY_END] - start == len(name) and same(text, start, name):
            return child
        child = nodes[child, NEXT]
    return -1


@compiled
def _issued(text, nodes, response, found):
    """The access key id that a response brings; False for a doubt."""
    for holder in (_member(text, nodes, response, _CREDENTIALS), _member(text, nodes, response, _ACCESS_KEY)):
        state = _take(nodes, _member(text, nodes, holder, _ACCESS_KEY_ID), found, ISSUED)
        if state != _NOTHING:
            return state == _SAID
    return True


@compiled
def _holds_any(nodes, node):
    """Whether a member is there and is neither null nor empty."""
    if node < 0 or nodes[node, KIND] == NULL:
        return False
    return nodes[node, KIND] != ARRAY or nodes[node, FIRST] >= 0


@compiled
def _otherwise(text, nodes, parameters, response, resources, details, found):
    """What a call is about where its parameters name nothing: its first resource, or the details of a service's own event.

    Whatever only a response could name is left to ``trail.target``.
    """
    if _holds_any(nodes, resources):
        if nodes[resources, KIND] != ARRAY:
            return False
        return _take(nodes, _member(text, nodes, nodes[resources, FIRST], _ARN), found, TARGET) == _SAID
    child = nodes[parameters, FIRST] if parameters >= 0 and nodes[parameters, KIND] == OBJECT else -1
    while child >= 0:
        if nodes[child, KIND] == OBJECT:
            return False
        child = nodes[child, NEXT]
    about = _named(text, nodes, details)[0]
    if about >= 0:
        _take(nodes, about, found, TARGET)
    elif response >= 0 and nodes[response, KIND] == OBJECT:
        return False
    return about != -2
