"""Evidence text on a page: escaped, with control and bidirectional characters made visible. Nothing of it is ever markup."""

from __future__ import annotations

import html
import re
from typing import Any

# C0 and C1 controls, line and paragraph separators, zero-width and bidirectional formatting, tags, lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def visible(value: Any, limit: int | None = None) -> str:
    """A value as text in which nothing hides: escapes such as ``\\u202e`` stand for what would not show or would reorder.

    Beyond ``limit`` characters it is cut, and the text says by how much.
    """
    text = "" if value is None else value if isinstance(value, str) else str(value)
    more = ""
    if limit is not None and len(text) > limit:
        more = f"… ({len(text):,} characters)"
        text = text[:limit]
    return _HIDDEN.sub(_escape, text) + more


def escape(value: Any, limit: int | None = None) -> str:
    """``visible`` text with HTML's five special characters escaped; safe in text and in quoted attributes."""
    return html.escape(visible(value, limit), quote=True)


def table(columns: list[str], rows: list[list[Any]], *, limit: int = 500) -> str:
    """Rows as an HTML table of escaped text."""
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell, limit)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def json_script(text: str) -> str:
    """JSON text that may stand inside a script element: no ``</script>`` and no comment can begin in it."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
