"""A document as Markdown, for tickets: the same words, numbers and tables; charts as the sentence that says what they show."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ctforensics.reports import layout
from ctforensics.reports.cells import as_text, in_words
from ctforensics.reports.document import Document

# An underscore inside a word is no markup, and an identifier is to be copied whole.
_SIGNS = re.compile(r"([\\`*{}\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
# A sign that begins a list, a quote or a heading; behind a number it does so only before a space, so that addresses stay as they are.
_AT_START = re.compile(r"^(\s*\d{0,9})((?<!\d)[-+>=#]|(?<=\d)[.)](?=\s|$))")


def escape(value: Any) -> str:
    """Text in which nothing is markup, on one line."""
    text = _SIGNS.sub(r"\\\1", as_text(value)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A scheme with its slashes would be made a live link by most ticket systems.
    return _AT_START.sub(r"\1\\\2", text.replace("://", ":&#47;&#47;").replace("\n", " "))


def write(told: Document) -> str:
    """The document as Markdown text."""
    parts = [f"# {escape(told.title)}"] if not told.has_title else []
    parts += [_BLOCKS[b["kind"]](b) for b in told.blocks if b["kind"] in _BLOCKS]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(rows: list[list[Any]]) -> str:
    return "\n".join(f"- {escape(label)}: {escape(value)}" for label, value in rows)


def _title(block: dict[str, Any]) -> str:
    marks = " ".join(f"**{escape(m)}**" for m in block["marks"])
    return "\n\n".join(p for p in (f"# {escape(block['title'])}", marks, _facts(block["facts"])) if p)


def _verdict(block: dict[str, Any]) -> str:
    lines = "\n".join(f"- {escape(s)}" for s in block["sentences"])
    return f"**{escape(block['label'])} ({block['level']}): {escape(block['headline'])}**\n\n{lines}".strip()


def _finding(block: dict[str, Any]) -> str:
    return "\n\n".join(
        p
        for p in (
            f"**{escape(block['status'])}: {escape(block['title'])}**",
            escape(block["body"]),
            _facts(block["facts"]),
        )
        if p
    )


def _table(block: dict[str, Any]) -> str:
    names = [block["columns"][i]["label"].replace("_", " ") for i in block["kept"]]
    lines = [f"**{block.get('label', 'Table')}** {escape(block['caption'])}", ""]
    lines += [f"**{escape(block['warning'])}**", ""] if block.get("warning") else []
    lines += [escape(same), ""] if (same := layout.said_once(block)) else []
    lines.append("| " + " | ".join(escape(n) for n in names) + " |")
    lines.append("|" + " --- |" * len(names))
    codes = [block["columns"][i]["name"] for i in block["kept"]]
    lines += [
        "| " + " | ".join(escape(in_words(name, row[i])) for i, name in zip(block["kept"], codes, strict=True)) + " |"
        for row in block["rows"]
    ]
    if not block["rows"]:
        lines += ["", "No rows."]
    if block["total"] > len(block["rows"]):
        lines += ["", f"The first {len(block['rows']):,} of {block['total']:,} rows are shown."]
    silent = f"Without any value: {', '.join(block['silent'])}." if block["silent"] else ""
    return "\n".join([*lines, "", escape(f"{block['note']} {silent}".strip())]).strip()


def _chart(block: dict[str, Any]) -> str:
    said = f"**{block['label']}** {escape(block['caption'])}. {escape(block['alt'])}"
    return f"{said}\n\n{_table({**block['table'], 'label': 'As a table:'})}" if block.get("table") else said


def _fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


_BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "title": _title,
    "verdict": _verdict,
    "heading": lambda b: f"{'#' * b['level']} {b['number']} {escape(b['text'])}",
    "markdown": lambda b: b["source"].replace("<", "&lt;"),
    "text": lambda b: "\n\n".join(escape(p) for p in b["paragraphs"]),
    "bullets": lambda b: "\n".join(f"- {escape(i)}" for i in b["items"]),
    "callout": lambda b: f"> **{b['level']}**: {escape(b['text'])}",
    "facts": lambda b: _facts(b["items"]),
    "finding": _finding,
    "code": lambda b: (f"{escape(b['caption'])}\n\n" if b["caption"] else "") + _fenced(b["code"], b["language"]),
    "pre": lambda b: _fenced(b["text"]),
    "table": _table,
    "chart": _chart,
    "image": lambda b: f"**{b['label']}** {escape(b['alt'])}",
}
