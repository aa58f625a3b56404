"""An executed notebook as a document: a flat list of blocks, headings and figures and tables numbered, nothing rendered yet.

Every writer (HTML, Markdown, Word) reads this list, so that they all say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ctforensics.reports import layout, pieces
from ctforensics.reports.cells import legible
from ctforensics.visible import shown

HIDDEN = {"parameters", "injected-parameters", "no-report"}
_VEGALITE = re.compile(r"application/vnd\.vegalite\.v\d+[.+]json")
_IMAGES = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass(slots=True)
class Document:
    """What a report says: its blocks, its headings as (number, text, anchor, level), what it signalled to the command."""

    title: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    contents: list[tuple[str, str, str, int]] = field(default_factory=list)
    found: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def foot(self) -> str:
        """What the foot line of a printed page says: title, matter, marks, as of when."""
        head = next((b for b in self.blocks if b["kind"] == "title"), None)
        if head is None:
            return self.title
        facts = {str(label): value for label, value in head["facts"]}
        parts = [self.title, facts.get("Matter"), *head["marks"], facts.get("State of the case as of")]
        return " · ".join(dict.fromkeys(str(part) for part in parts if part))

    @property
    def front(self) -> list[dict[str, Any]]:
        """What stands before the first heading: the first page with the answer."""
        return self.blocks[: self._first_heading()]

    @property
    def body(self) -> list[dict[str, Any]]:
        """Everything from the first heading on."""
        return self.blocks[self._first_heading() :]

    def _first_heading(self) -> int:
        return next((i for i, b in enumerate(self.blocks) if b["kind"] == "heading"), len(self.blocks))

    @property
    def has_title(self) -> bool:
        """Whether a title piece opens it."""
        return any(b["kind"] == "title" for b in self.blocks)

    def tables(self) -> list[dict[str, Any]]:
        """The numbered tables."""
        return [b for b in self.blocks if b["kind"] == "table"]

    def charts(self) -> list[dict[str, Any]]:
        """The numbered charts."""
        return [b for b in self.blocks if b["kind"] == "chart"]


def read(notebook: Any) -> Document:
    """The document that an executed notebook is. Outputs of unknown kinds come as text; HTML and scripts are left out."""
    document = Document(title=str(notebook.get("metadata", {}).get("title", "")))
    for block in _blocks(notebook):
        _take(document, {name: legible(value) for name, value in block.items()})
    if not document.title:
        document.title = next((b["title"] for b in document.blocks if b["kind"] == "title"), "Report")
    return document


def _take(document: Document, block: dict[str, Any]) -> None:
    """Adds a block with its number; a signal is for the command and is not printed."""
    kind = block["kind"]
    if kind == "signal":
        document.found += int(block["found"])
        document.said.append(block["text"])
        return
    if kind == "heading" and block["level"] == 1:
        document.title = document.title or block["text"]
        return
    if kind == "heading":
        _number_heading(document, block)
    elif kind in ("table", "chart", "image"):
        word = "Table" if kind == "table" else "Figure"
        same = sum(1 for b in document.blocks if b.get("label", "").startswith(word + " "))
        block["label"], block["anchor"] = f"{word} {same + 1}", f"{word.lower()}-{same + 1}"
    document.blocks.append(block)


def _number_heading(document: Document, block: dict[str, Any]) -> None:
    level = min(block["level"], 4)
    last = next((c[0] for c in reversed(document.contents) if c[3] <= level), "0")
    parts = [int(n) for n in last.split(".")]
    depth = level - 1
    parts = [*parts[:depth], *[0] * (depth - len(parts))]
    parts[-1] += 1
    number = ".".join(str(n) for n in parts)
    anchor = f"section-{number.replace('.', '-')}"
    block |= {"number": number, "anchor": anchor, "level": level}
    document.contents.append((number, block["text"], anchor, level))


def _blocks(notebook: Any) -> Iterator[dict[str, Any]]:
    first = True
    for cell in notebook["cells"]:
        tags = set(cell.get("metadata", {}).get("tags", []))
        if tags & HIDDEN:
            continue
        if cell["cell_type"] == "markdown":
            # The first cell says what the notebook is for; the title piece says it for the reader of the report.
            if not (first and _has_title(notebook)):
                yield from markdown_blocks("".join(cell["source"]))
            first = False
        elif cell["cell_type"] == "code":
            for output in cell.get("outputs", []):
                yield from _output(output)


def _has_title(notebook: Any) -> bool:
    data = (o.get("data", {}) for c in notebook["cells"] for o in c.get("outputs", []))
    return any(d.get(pieces.SECTION, {}).get("kind") == "title" for d in data)


def markdown_blocks(source: str) -> Iterator[dict[str, Any]]:
    """Markdown as heading blocks and, between them, blocks of source."""
    lines: list[str] = []
    fenced = False
    for line in source.splitlines():
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        found = None if fenced else re.match(r"(#{1,4})\s+(.*?)\s*#*$", line)
        if not found:
            lines.append(line)
            continue
        if "".join(lines).strip():
            yield {"kind": "markdown", "source": "\n".join(lines).strip()}
        lines = []
        yield {"kind": "heading", "text": found[2], "level": len(found[1])}
    if "".join(lines).strip():
        yield {"kind": "markdown", "source": "\n".join(lines).strip()}


def _output(output: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kind = output["output_type"]
    if kind == "stream" and output["name"] == "stdout":
        yield {"kind": "pre", "text": "".join(output["text"])}
    elif kind == "error":
        yield {"kind": "callout", "level": "fail", "text": f"This cell raised {output['ename']}: {output['evalue']}"}
    elif kind in ("display_data", "execute_result"):
        yield from _display(output["data"])


def _display(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    vegalite = next((m for m in data if _VEGALITE.fullmatch(m)), None)
    image = next((m for m in _IMAGES if m in data), None)
    if pieces.SECTION in data:
        yield dict(data[pieces.SECTION])
    elif pieces.TABLE in data:
        yield {"kind": "table", **data[pieces.TABLE], **layout.arrange(data[pieces.TABLE])}
    elif pieces.CHART in data:
        yield _chart(data[pieces.CHART])
    elif vegalite:
        yield _chart({"spec": data[vegalite], "caption": "Chart", "alt": "A chart of this notebook.", "table": None})
    elif image:
        yield {"kind": "image", "mime": image, "data": data[image], "alt": "".join(data.get("text/plain", ""))}
    elif "text/markdown" in data:
        yield from markdown_blocks("".join(data["text/markdown"]))
    elif "text/plain" in data:
        yield {"kind": "pre", "text": "".join(data["text/plain"])}


def _chart(data: Mapping[str, Any]) -> dict[str, Any]:
    block = {"kind": "chart", **data, "spec": shown(data["spec"])}
    if block.get("table"):
        block["table"] = {**block["table"], **layout.arrange(block["table"])}
    return block
