"""The page in a real browser: charts live, static without JavaScript, nothing asked of any network, nothing serious for access."""

import json
from pathlib import Path

import pytest

from ctforensics.reports import run
from tests.reports.report_samples import SAMPLE, notebook_json

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def browser(chromium):
    return chromium


def visit(browser, path: Path, **options):
    """Opens the page; gives it with the requests that left it and its errors."""
    context = browser.new_context(**options)
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("dialog", lambda d: errors.append(f"dialog {d.message}"))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    return page, asked, errors


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    (folder / "sample.ipynb").write_text(json.dumps(notebook_json(*SAMPLE)), "utf-8")
    return run.make(None, str(folder / "sample.ipynb"), {}, folder / "out.html").path


def test_charts_come_alive_without_eval_and_without_any_request(browser, page_file):
    page, asked, errors = visit(browser, page_file)
    page.wait_for_selector("[data-chart][data-state=live]")
    assert page.locator("[data-state=live] svg").count() == page.locator("[data-chart]").count() == 1
    assert (asked, errors) == ([], [])
    policy = page.locator("meta[http-equiv]").get_attribute("content")
    assert "unsafe-eval" not in policy and "'unsafe-inline'" not in policy.split("style-src")[0]
    assert page.evaluate("document.images.length") == 0


def test_without_javascript_every_chart_is_there_as_a_picture(browser, page_file):
    page, asked, errors = visit(browser, page_file, java_script_enabled=False)
    assert page.locator("[data-state=static] svg").count() == page.locator("[data-chart]").count() == 1
    assert (asked, errors) == ([], [])


def test_a_narrow_screen_does_not_scroll_sideways(browser, page_file):
    page, _, _ = visit(browser, page_file, viewport={"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 400
