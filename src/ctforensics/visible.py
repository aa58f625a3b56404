"""Evidence text made visible: control, bidirectional and invisible formatting characters stand escaped.

Whoever wrote a user agent or a session name could otherwise turn a line around, or move a terminal's cursor.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from ctforensics import clock

_BIDI = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def visible(value: Any) -> str:
    """A value as text that shows every character it has; nothing for None; instants as UTC text."""
    if isinstance(value, datetime):
        return clock.utc_text(value)
    text = "" if value is None else value if isinstance(value, str) else str(value)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c == " " or not _is_hidden(c) else _escape(c) for c in text)


def _is_hidden(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in _HIDDEN


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
