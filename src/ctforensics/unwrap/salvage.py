"""Whole objects in a text that is no JSON as a whole: what stands behind a fault is looked for, not given up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ctforensics.trail.columns import TESTIMONY
from ctforensics.unwrap import json_text
from ctforensics.unwrap.json_text import Part

# Where a record, or a line that may be an envelope of one, can begin.
_START = re.compile(rb'\{\s*"(?:' + "|".join(TESTIMONY).encode() + rb')"|(?<=[\r\n])\{')
_PUNCTUATION = b" \t\r\n,[]{}"
# How many times over a text may be looked through: where objects begin and none ends, looking would never end either.
_TIMES, _LEAST = 4, 1 << 16


def objects(content: bytes, begin: int, end: int, is_wanted: Callable[[bytes], bool]) -> Iterator[Part]:
    """The objects between two places that ``is_wanted`` takes, none inside another, in their order."""
    at, purse = begin, _TIMES * (end - begin) + 100 * _LEAST
    while purse > 0 and (match := _START.search(content, at, end)):
        at = match.start()
        try:
            until = json_text.value_end(content, at, end)
        except ValueError as error:
            purse -= end - at if "truncated" in str(error) else _LEAST
            at += 1
            continue
        purse -= until - at
        if is_wanted(content[at:until]):
            yield Part(at, content[at:until])
            at = until
        else:
            at += 1


def says_something(gap: bytes) -> bool:
    """Whether there is more between two objects than marks that hold a list together."""
    return bool(gap.strip(_PUNCTUATION))
