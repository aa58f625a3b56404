"""What all tests share: where real data stands, and a CI that does not let a test slip away as skipped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from ctforensics.investigation import Case

HERE = Path(__file__).resolve().parent
# No name but loopback can be resolved: whatever a page asks of a network fails and is counted.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--no-first-run",
]
# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
CANNOT_RUN_IN_CI = ("Windows only", "macOS only", "needs a conda channel", "needs Java and the extra spark")


def shared_folder() -> Path | None:
    """The folder of real data, if this machine has it: $CTFORENSICS_SHARED, or ``shared/data`` beside the checkout."""
    named = os.environ.get("CTFORENSICS_SHARED")
    candidates = (
        [Path(named)] if named else [HERE.parents[i] / "shared" / "data" for i in (1, 2) if i < len(HERE.parents)]
    )
    return next((c for c in candidates if c.is_dir()), None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real, public CloudTrail data; tests that need it skip where it is absent."""
    found = shared_folder()
    if found is None:
        pytest.skip("real data absent: no shared/data beside the checkout")
    return found


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes give no name to a test: packed ones hold the time of day, and workers that see different names refuse to begin."""
    return argname if isinstance(val, bytes) and len(val) > 60 else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In CI a skipped test that CI could have run is a failure."""
    if os.environ.get("CI") != "true":
        return
    wrong = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if not any(reason in str(report.longrepr) for reason in CANNOT_RUN_IN_CI)
    ]
    for report in wrong:
        terminalreporter.write_line(f"SKIPPED IN CI: {report.nodeid}: {report.longrepr}", red=True)
    if wrong:
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def story_case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Case]]:
    """Gives the loaded and verified case of a practice story, made once for all processes of the run. Read it only."""
    from tests.support import stories

    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    opened: dict[str, Case] = {}

    def give(story: str) -> Case:
        if story not in opened:
            opened[story] = stories.opened(base, story)
        return opened[story]

    yield give
    for case in opened.values():
        case.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, started once for each process: playwright allows no second one. Skips where there is none."""
    from ctforensics.doctor import find_browser

    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on this machine: set CTFORENSICS_BROWSER or install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield browser
        browser.close()
