"""A document as DOCX, for counsel who edits: real headings, tables with repeated heads, figures as pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ctforensics.errors import NotInstalled
from ctforensics.reports import layout, markdown_html, pictures
from ctforensics.reports.cells import as_text
from ctforensics.reports.document import Document

_INK = {
    "fail": "9B1C1C",
    "ok": "17643A",
    "anomaly": "7A4F00",
    "unknown": "7A4F00",
    "incomplete": "7A4F00",
    "note": "1D4567",
}
_PAPER = 174  # mm between the margins
_STAMP = (1980, 1, 1, 0, 0, 0)


def write(told: Document, target: Path, at: datetime | None) -> None:
    """Writes the document as DOCX, dated ``at``. Raises NotInstalled where python-docx is absent."""
    try:
        import docx
    except ImportError as error:
        raise NotInstalled("python-docx, which writes Word documents,", "report") from error
    writer = _Writer(docx.Document(), told)
    writer.dress(told.title, at)
    for block in told.blocks:
        writer.put(block)
    held = io.BytesIO()
    writer.paper.save(held)
    _repack(held, target)


def _repack(held: io.BytesIO, target: Path) -> None:
    """The same archive with fixed member times: two runs give the same bytes."""
    with zipfile.ZipFile(held) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, source.read(name))


class _Writer:
    """Puts blocks into a python-docx document. ``paper`` is untyped, because python-docx is an optional part."""

    def __init__(self, paper: Any, told: Document) -> None:
        self.paper, self.told = paper, told
        self.blocks: dict[str, Callable[[dict[str, Any]], None]] = {
            name: getattr(self, name)
            for name in ("title", "verdict", "heading", "markdown", "text", "bullets", "callout", "facts", "finding")
        }
        self.blocks |= {"code": self.code, "pre": self.code, "table": self.table, "chart": self.chart}

    def dress(self, title: str, at: datetime | None) -> None:
        """Page size, type, and properties that name neither a user nor a machine."""
        from docx.shared import Mm, Pt

        section = self.paper.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(18)
        self.paper.styles["Normal"].font.name = "Arial"
        self.paper.styles["Normal"].font.size = Pt(10)
        self._foot(section)
        properties = self.paper.core_properties
        when = (at or datetime(1970, 1, 1)).replace(tzinfo=UTC)
        properties.title, properties.author, properties.last_modified_by = title, "", ""
        properties.created = properties.modified = when.replace(tzinfo=None)
        properties.comments = ""

    def _foot(self, section: Any) -> None:
        """The foot line of every page, as on paper: title, matter, marks, as of when, and page x of y."""
        line = section.footer.paragraphs[0]
        line.add_run(f"{self.told.foot}\tpage ")
        _field(line, "PAGE")
        line.add_run(" of ")
        _field(line, "NUMPAGES")
        _right_stop(line)
        for run in line.runs:
            _size(run, 7)

    def put(self, block: dict[str, Any]) -> None:
        """Puts one block."""
        put = self.blocks.get(block["kind"])
        if put:
            put(block)

    def _line(self, text: str, *, bold: bool = False, ink: str = "", size: float = 0, style: str | None = None) -> Any:
        from docx.shared import Pt, RGBColor

        paragraph = self.paper.add_paragraph(style=style)
        run = paragraph.add_run(text)
        run.bold = bold
        if ink:
            run.font.color.rgb = RGBColor.from_string(ink)
        if size:
            run.font.size = Pt(size)
        return paragraph

    def title(self, block: dict[str, Any]) -> None:
        self.paper.add_heading(block["title"], 0)
        if block["marks"]:
            self._line(" ".join(block["marks"]), bold=True, ink=_INK["fail"])
        self._pairs(block["facts"])

    def verdict(self, block: dict[str, Any]) -> None:
        self._line(f"{block['label']}: {block['headline']}", bold=True, ink=_INK[block["level"]], size=12)
        for sentence in block["sentences"]:
            self._line(sentence, style="List Bullet")

    def heading(self, block: dict[str, Any]) -> None:
        self.paper.add_heading(f"{block['number']} {block['text']}", min(block["level"] - 1, 4))

    def markdown(self, block: dict[str, Any]) -> None:
        for token in markdown_html.tokens(block["source"]):
            self._token(token)

    def _token(self, token: dict[str, Any], style: str | None = None) -> None:
        kind = token["type"]
        if kind == "list":
            listed = "List Number" if token.get("attrs", {}).get("ordered") else "List Bullet"
            for item in token["children"]:
                for inner in item["children"]:
                    self._token(inner, listed)
        elif kind in ("block_quote",):
            for inner in token["children"]:
                self._token(inner, style)
        elif kind != "blank_line":
            self._line(_plain(token), style=style)

    def text(self, block: dict[str, Any]) -> None:
        for paragraph in block["paragraphs"]:
            self._line(paragraph)

    def bullets(self, block: dict[str, Any]) -> None:
        for item in block["items"]:
            self._line(item, style="List Bullet")

    def callout(self, block: dict[str, Any]) -> None:
        self._line(block["text"], bold=True, ink=_INK[block["level"]])

    def facts(self, block: dict[str, Any]) -> None:
        self._pairs(block["items"])

    def finding(self, block: dict[str, Any]) -> None:
        self._line(f"{block['status'].upper()}: {block['title']}", bold=True, ink=_INK[block["level"]], size=11)
        if block["body"]:
            self._line(block["body"])
        self._pairs(block["facts"])

    def code(self, block: dict[str, Any]) -> None:
        if block.get("caption"):
            self._line(block["caption"], bold=True, size=8)
        for line in (block.get("code") or block.get("text", "")).splitlines():
            run = self._line(line, size=7).runs[0]
            run.font.name = "DejaVu Sans Mono"

    def chart(self, block: dict[str, Any]) -> None:
        from docx.shared import Mm

        self.paper.add_picture(io.BytesIO(pictures.png(block["spec"])), width=Mm(172))
        self._line(f"{block['label']}  {block['caption']}. {block['alt']}", size=9)

    def _pairs(self, rows: list[list[Any]]) -> None:
        grid = self.paper.add_table(rows=0, cols=2)
        for label, value in rows:
            cells = grid.add_row().cells
            cells[0].text, cells[1].text = str(label), as_text(value)
        self.paper.add_paragraph()

    def table(self, block: dict[str, Any]) -> None:
        self._line(f"{block['label']}  {block['caption']}", bold=True, size=9).paragraph_format.keep_with_next = True
        if block.get("warning"):
            self._line(block["warning"], bold=True, ink=_INK["fail"], size=9)
        if same := layout.said_once(block):
            self._line(same, size=8)
        grid = self.paper.add_table(rows=1, cols=len(block["heads"]), style="Light List Accent 1")
        for cell, head in zip(grid.rows[0].cells, block["heads"], strict=True):
            _fill(cell, head["label"])
        _repeat_head(grid.rows[0])
        for row in block["body"]:
            self._row(grid, row)
        _set_widths(grid, [head["room"] for head in block["heads"]])
        shown, total = len(block["rows"]), block["total"]
        said = [f"The first {shown:,} of {total:,} rows are shown."] if total > shown else []
        said += ["No rows."] if not block["rows"] else []
        said += [f"Without any value: {', '.join(block['silent'])}."] if block["silent"] else []
        self._line(" ".join([*said, block["note"]]).strip(), size=8)

    def _row(self, grid: Any, row: dict[str, Any]) -> None:
        first = grid.add_row()
        _mark(first, "w:cantSplit")
        for cell, held in zip(first.cells, row["cells"], strict=True):
            _fill(cell, held["text"], bold=row["bad"], with_next=bool(row["below"]))
        if row["below"]:
            cells = grid.add_row().cells
            wide = cells[0].merge(cells[-1])
            _fill(
                wide,
                "   ".join(f"{part['label']}: {' '.join(part['lines'])}" for part in row["below"]),
                bold=row["bad"],
            )


def _fill(cell: Any, text: str, *, bold: bool = False, with_next: bool = False) -> None:
    cell.text = text
    cell.paragraphs[0].paragraph_format.keep_with_next = with_next
    for run in cell.paragraphs[0].runs:
        _size(run, 7.5)
        run.bold = bold


def _size(run: Any, points: float) -> None:
    from docx.shared import Pt

    run.font.size = Pt(points)


def _repeat_head(row: Any) -> None:
    """Marks a row as the head that every page of the table repeats."""
    _mark(row, "w:tblHeader")


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _set_widths(grid: Any, wanted: list[int]) -> None:
    """Columns as wide as what stands in them: of equal ones the narrow break instants and keys in two."""
    from docx.shared import Mm

    grid.autofit = False
    for column, share in zip(grid.columns, wanted, strict=True):
        width = Mm(_PAPER * share / sum(wanted))
        column.width = width
        for cell in column.cells:
            if cell._tc.grid_span == 1:
                cell.width = width


def _field(line: Any, name: str) -> None:
    """A number that Word puts in: PAGE or NUMPAGES."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement("w:fldSimple")
    made.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    made.append(run)
    line._p.append(made)


def _right_stop(line: Any) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    line.style.paragraph_format.tab_stops.clear_all()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(_PAPER), WD_TAB_ALIGNMENT.RIGHT)


def _plain(token: dict[str, Any]) -> str:
    if "children" in token:
        return "".join(_plain(child) for child in token["children"])
    return " " if token["type"] in ("softbreak", "linebreak") else str(token.get("raw", ""))
