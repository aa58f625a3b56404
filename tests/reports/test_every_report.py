"""Every shipped report, on a story of each kind, as its reader meets it: on a screen, on a narrow one, without scripts, on paper.

The whole matrix (every story, real data) is made by ``python -m tests.support.report_matrix FOLDER --pictures``.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ctforensics.reports import browsers, catalog
from tests.support import made_reports, paper

STORIES = ("leaked_key", "tampered_log")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
EACH = [
    pytest.param(story, report.name, marks=made_reports.together(story, report.name))
    for story in STORIES
    for report in catalog.walk()
]


@pytest.fixture
def made(made_report):
    """Gives a report of a story as HTML and PDF."""
    if browsers.find() is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")

    def give(story: str, report: str) -> tuple[Path, Path]:
        shared = made_report(story, report)
        return shared.page, shared.files[".pdf"]

    return give


def visit(browser, page: Path, **options):
    """The page opened from its file; with the requests that left it and its errors."""
    tab = browser.new_context(**options).new_page()
    asked, errors = [], []
    tab.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    tab.on("pageerror", lambda e: errors.append(str(e)))
    tab.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    tab.goto(page.as_uri())
    return tab, asked, errors


@pytest.mark.parametrize(("story", "report"), EACH)
def test_charts_live_nothing_is_asked_and_axe_finds_nothing_serious(made, chromium, story, report):
    from axe_playwright_python.sync_playwright import Axe

    tab, asked, errors = visit(chromium, made(story, report)[0])
    tab.wait_for_function("[...document.querySelectorAll('[data-chart]')].every(c => c.dataset.state === 'live')")
    assert tab.locator("[data-chart]").count() >= 1
    found = Axe().run(tab).response["violations"]
    serious = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
    assert (asked, errors) == ([], [])
    tab.context.close()


@pytest.mark.parametrize(("story", "report"), EACH)
def test_without_scripts_on_a_narrow_screen_all_is_there_and_nothing_scrolls_sideways(made, chromium, story, report):
    page = made(story, report)[0]
    tab, asked, errors = visit(chromium, page, java_script_enabled=False, viewport={"width": 400, "height": 800})
    charts = tab.locator("[data-chart]")
    assert tab.locator("[data-state=static] > svg").count() == charts.count() >= 1
    assert tab.locator("html").evaluate("e => e.scrollWidth") == 400
    without_rows = re.sub(r"(?s)<tbody>.*?</tbody>", "", page.read_text("utf-8"))
    assert len(without_rows.encode()) <= 1_000_000 + 150_000 * charts.count(), (
        "the size that a page may have beside its rows"
    )
    marks = tab.locator("[data-state=static] > svg").evaluate_all(
        "all => all.map(s => s.querySelectorAll('path, rect, line, text').length)"
    )
    assert min(marks) > 10, "no figure is empty"
    assert (asked, errors) == ([], [])
    tab.context.close()


@pytest.mark.parametrize(("story", "report"), EACH)
def test_on_paper_headings_stay_with_what_they_head_and_identifiers_are_whole(made, story_case, story, report):
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler's pdftotext is not on this machine")
    page, pdf = made(story, report)
    facts = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    count = int(re.search(r"Pages:\s+(\d+)", facts)[1])
    assert "Tagged:          yes" in facts and count == len(paper.pages(pdf)) >= 3
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert [f"page {n} of {count}" in part for n, part in enumerate(text.split("\f")[:count], 1)] == [True] * count
    assert paper.alone(pdf) == []
    assert any("What this evidence cannot show" in line for line in paper.pages(pdf)[0]), (
        "the answer without its limits"
    )
    assert len(paper.pages(pdf)[-1]) > 5, "the last page holds a few lines and nothing else"
    assert paper.fonts_not_embedded(pdf) == []
    words = set(text.split())
    shown = page.read_text("utf-8").split("<script>")[0]
    ids = set(re.findall(r">([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})<", shown))
    keys = set(re.findall(r">(A[KS]IA[A-Z0-9]{16})<", shown))
    printed = {i for i in ids | keys if i in re.sub(r"(?s)<details>.*?</details>", "", shown)}
    assert printed <= words, "an event id or access key id is broken on paper"
