"""The same report as Markdown, Word, notebook and PDF."""

import json
import shutil
import subprocess
import zipfile

import pytest

from ctforensics.errors import ForensicsError
from ctforensics.reports import browsers, markdown_text, run

pytestmark = pytest.mark.timeout(900)
EVENT_ID = "d58cf935-0194-41d0-baa0-9efc030ce2e6"


def test_markdown_says_the_same_and_nothing_in_it_is_markup_or_a_link(sample, tmp_path):
    text = run.make(None, str(sample), {}, tmp_path / "out.md").path.read_text("utf-8")
    assert EVENT_ID.replace("-", "-") in text and "**Table 1** Rows" in text
    assert "The first 3 of 100,000 rows are shown." in text
    assert "<img" not in text and "<b>" not in text and "\u202e" not in text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("203.0.113.140", "203.0.113.140"),
        ("1. a list", "1\\. a list"),
        ("2) too", "2\\) too"),
        ("-1", "\\-1"),
        ("# head", "\\# head"),
        ("2026-03-02T06:30:02Z", "2026-03-02T06:30:02Z"),
    ],
)
def test_in_a_ticket_addresses_and_instants_stay_as_they_are_and_no_cell_begins_a_list(cell, written):
    assert markdown_text.escape(cell) == written


def test_word_document_holds_the_tables_and_names_nobody(sample, tmp_path):
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    made = run.make(None, str(sample), {}, tmp_path / "out.docx").path
    opened = docx.Document(str(made))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    assert any(EVENT_ID in cell for cell in cells)
    assert (opened.core_properties.author, opened.core_properties.last_modified_by) == ("", "")
    again = run.make(None, str(sample), {}, tmp_path / "again.docx").path
    assert made.read_bytes() == again.read_bytes()


def test_word_document_repeats_table_heads_on_every_page(sample, tmp_path):
    made = run.make(None, str(sample), {}, tmp_path / "out.docx").path
    with zipfile.ZipFile(made) as held:
        assert b"w:tblHeader" in held.read("word/document.xml")


def test_word_document_numbers_its_pages_says_its_marks_and_gives_instants_their_room(sample, tmp_path):
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    opened = docx.Document(str(run.make(None, str(sample), {}, tmp_path / "out.docx").path))
    foot = opened.sections[0].footer.paragraphs[0]._p.xml
    assert 'w:instr="PAGE"' in foot and 'w:instr="NUMPAGES"' in foot and "Sample" in foot
    (grid,) = [t for t in opened.tables if t.style.name.startswith("Light List")][:1]
    widths = {cell.text: cell.width.mm for cell in grid.rows[0].cells}
    assert len(set(map(round, widths.values()))) > 1 and round(sum(widths.values())) == 174


def test_notebook_handed_over_keeps_outputs_and_no_trace_of_the_machine(sample, tmp_path):
    import nbformat

    made = run.make(None, str(sample), {"rows": "1"}, tmp_path / "out.ipynb").path
    held = json.loads(made.read_text("utf-8"))
    nbformat.validate(nbformat.from_dict(held))
    assert EVENT_ID in made.read_text("utf-8") and str(tmp_path) not in made.read_text("utf-8")
    assert all(set(cell["metadata"]) <= {"tags"} for cell in held["cells"])
    assert any("image/png" in o.get("data", {}) for c in held["cells"] for o in c.get("outputs", []))


@pytest.mark.browser
def test_pdf_is_tagged_numbered_and_dated_by_the_case(sample, tmp_path):
    if browsers.find() is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler's pdftotext is not on this machine")
    made = run.make(None, str(sample), {"rows": "60"}, tmp_path / "out.pdf").path
    text = subprocess.run(["pdftotext", str(made), "-"], capture_output=True, text=True, check=True).stdout
    facts = subprocess.run(["pdfinfo", "-isodates", str(made)], capture_output=True, text=True, check=True).stdout
    assert text.count(EVENT_ID) == 60
    assert "page 1 of" in text and text.count("event name") > 1, "table heads are repeated"
    assert "Tagged:          yes" in facts and "1970-01-01T00:00:00Z" in facts


def test_without_a_browser_the_html_is_made_and_the_pdf_is_said_to_be_missing(sample, tmp_path, monkeypatch):
    monkeypatch.setenv("CTFORENSICS_BROWSER", str(tmp_path / "none"))
    with pytest.raises(ForensicsError, match="No Chromium"):
        run.make(None, str(sample), {}, tmp_path / "out.pdf")
    assert (tmp_path / "out.html").exists() and not (tmp_path / "out.pdf").exists()


def test_a_pdf_is_printed_from_a_notebook_whose_kernel_runs_an_event_loop(tmp_path):
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from ctforensics.reports import pdf

    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>t</title><p>text")

    async def cell():
        pdf.print_page(tmp_path / "page.html", tmp_path / "page.pdf", foot="", at=None)

    with ThreadPoolExecutor(1) as kernel:  # the thread of the tests may itself run playwright's loop
        kernel.submit(asyncio.run, cell()).result()
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
