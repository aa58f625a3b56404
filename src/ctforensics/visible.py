"""Evidence text made visible: control, bidirectional and invisible formatting characters stand escaped.

Whoever wrote a user agent or a session name could otherwise turn a line around, or move a terminal's cursor.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from ctforensics import clock

_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
# Letters that are drawn as nothing (fillers of Hangul, an empty Braille cell).
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def visible(value: Any) -> str:
    """A value as text that shows every character it has; nothing for None; instants as UTC text."""
    if isinstance(value, datetime):
        return clock.utc_text(value)
    text = "" if value is None else value if isinstance(value, str) else str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c == " " or not _is_hidden(c) else _escape(c) for c in text)


def shown(value: Any) -> Any:
    """A JSON value in which every text, names of members included, is ``visible``.

    The drawing library aborts the whole process at a control character in a label, so no chart goes to it without this.
    """
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(name): shown(part) for name, part in value.items()}
    return [shown(part) for part in value] if isinstance(value, list) else value


def _is_hidden(character: str) -> bool:
    if character in _BIDI or character in _BLANK or unicodedata.category(character) in _HIDDEN:
        return True
    code = ord(character)  # non-characters: no XML (so no Word file, no picture) may hold U+FFFE or U+FFFF
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
