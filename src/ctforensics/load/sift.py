"""Looking for a list of values in whole files first: a file that holds none of them need not be taken apart."""

from __future__ import annotations

import json
import re
from functools import lru_cache

import msgspec

from ctforensics.unwrap import json_text

_FEW = 24
_HIDING = re.compile(rb"\\[u/]")  # escapes with which a value can be written in other letters
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class Needles:
    """The values of a list, as they can stand in JSON text."""

    def __init__(self, values: tuple[str, ...]) -> None:
        plain = {value.encode() for value in values}
        escaped = {
            json.dumps(value, ensure_ascii=ascii_only)[1:-1].encode()
            for value in values
            for ascii_only in (True, False)
        }
        self.forms = sorted(plain | escaped, key=len, reverse=True)
        self.pattern = re.compile(b"|".join(map(re.escape, self.forms)))

    def search(self, text: bytes) -> bool:
        """Whether any of the values stands in a text."""
        if len(self.forms) <= _FEW:
            return any(form in text for form in self.forms)
        return self.pattern.search(text) is not None

    def count_without(self, content: bytes) -> int | None:
        """How many records a content holds, where it surely holds none of the values; None where it has to be read.

        A text with other escapes (``\\u003c``, ``\\/``) could hide a value, so that it is read.
        """
        if (b"\\" in content and _HIDING.search(content)) or self.search(content):
            return None
        match = json_text.ONLY_RECORDS.match(content)
        if not match or content[-2:] != b"]}":
            return None
        try:
            return len(_LIST.decode(memoryview(content)[match.end() : -1]))
        except msgspec.DecodeError:
            return None


needles_of = lru_cache(maxsize=4)(Needles)
