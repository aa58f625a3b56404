"""The timeline's page opened from a file: live with scripts, whole without them, silent on the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ctforensics.show import page
from tests.support import synthetic_case

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def written(big_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    access = synthetic_case.Access(big_case)
    made = page.write_timeline(
        access, tmp_path_factory.mktemp("page") / "timeline.html", title="</script><img src=x onerror=alert(1)>"
    )
    access.close()
    return made


def opened(chromium: Any, file: Path, **options: Any) -> tuple[Any, list[str], list[str]]:
    """The page, what it asked for beyond itself, and its errors."""
    shown = chromium.new_context(**options).new_page()
    asked: list[str] = []
    errors: list[str] = []
    shown.on("request", lambda r: None if r.url.startswith(("data:", file.as_uri())) else asked.append(r.url))
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    shown.goto(file.as_uri())
    return shown, asked, errors


def test_the_page_is_live_without_any_request(chromium, written):
    shown, asked, errors = opened(chromium, written)
    shown.wait_for_function("document.documentElement.dataset.state === 'live'")
    assert shown.locator("#ct-static").count() == 0
    assert shown.locator("#ct-live svg path").count() > 100
    assert shown.locator("img").count() == 0
    assert (asked, errors) == ([], [])
    shown.context.close()


def test_the_page_is_whole_where_scripts_are_off(chromium, written):
    shown, asked, _ = opened(chromium, written, java_script_enabled=False)
    assert shown.locator("#ct-static svg").count() == 1
    assert "30.0 h missing" in shown.content()
    assert asked == []
    shown.context.close()
