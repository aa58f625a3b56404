"""The timeline in real JupyterLab: comm, theme, shortcuts, two widgets, a busy kernel, a restart."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctforensics.case import folder
from tests.support import synthetic_case

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("lab")]
SOURCE = Path(__file__).parents[2] / "src"


class Lab:
    """A JupyterLab server on loopback with one case."""

    def __init__(self, home: Path, database: Path | None = None) -> None:
        self.home = home
        self.case = folder.create(home / "mycase", title="CASE-0042", examiner="ada")
        if database is None:
            synthetic_case.make(self.case.database, events=200_000)
        else:
            self.case.database.symlink_to(database.resolve())
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        env = {
            **os.environ,
            "PYTHONPATH": str(SOURCE),
            "HOME": str(home),
            "JUPYTER_PLATFORM_DIRS": "1",
            "CTFORENSICS_CASE": str(self.case.path),
        }
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--allow-root",
        ]
        command += [f"--IdentityProvider.token={self.token}", f"--notebook-dir={home}", "--KernelManager.transport=ipc"]
        command += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        self.runtime = tempfile.mkdtemp(prefix="ct")  # short: the name of a socket has at most 107 bytes
        env["JUPYTER_RUNTIME_DIR"] = self.runtime
        self.log = (home / "lab.log").open("wb")
        self.process = subprocess.Popen(command, env=env, cwd=home, stdout=self.log, stderr=subprocess.STDOUT)
        self._wait()

    def _wait(self) -> None:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api?token={self.token}", timeout=2):
                    return
            except OSError:
                time.sleep(0.25)
        raise RuntimeError((self.home / "lab.log").read_text("utf-8", "replace")[-2000:])

    def notebook(self, name: str, *cells: str) -> str:
        made = [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text, "id": f"c{n}"}
            for n, text in enumerate(cells)
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        (self.home / name).write_text(
            json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}), "utf-8"
        )
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{secrets.token_hex(4)}/tree/{name}?token={self.token}"

    def end_kernels(self) -> None:
        """Ends the kernels of earlier tests, so that they do not compete with later ones."""
        base, query = f"http://127.0.0.1:{self.port}/api/sessions", f"?token={self.token}"
        with urllib.request.urlopen(base + query, timeout=20) as answer:
            sessions = json.load(answer)
        for session in sessions:
            request = urllib.request.Request(f"{base}/{session['id']}{query}", method="DELETE")
            urllib.request.urlopen(request, timeout=20).close()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.runtime, ignore_errors=True)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    pytest.importorskip("jupyterlab")
    made = Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.stop()


class Notebook:
    """One notebook open in JupyterLab."""

    def __init__(self, page: Any, url: str, home: str) -> None:
        self.page, self.outside, self.errors = page, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith((home, "data:", "blob:", home.replace("http", "ws")))
                else self.outside.append(r.url)
            ),
        )
        page.goto(url)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_selector(
            ".jp-NotebookPanel-toolbar [data-status=idle], .jp-Notebook-ExecutionIndicator[data-status=idle]",
            timeout=60_000,
        )

    def run(self, *, widgets: int = 1) -> Notebook:
        from playwright.sync_api import TimeoutError as TooLate

        for patience in (45_000, 60_000, 120_000):
            self.page.locator(".jp-Notebook .jp-Cell").first.click()
            self.page.get_by_text("Run", exact=True).first.click()
            self.page.get_by_text("Run All Cells", exact=True).first.click()
            try:
                self.ready(widgets, patience)
            except TooLate:  # JupyterLab loses a run that was asked for while the kernel was still connecting
                if patience == 120_000:
                    raise
                continue
            break
        return self

    def ready(self, widgets: int = 1, patience: int = 120_000) -> None:
        self.page.wait_for_function(
            """(n) => { const all = [...document.querySelectorAll('.ct-timeline')].map((e) => e.parentElement.ctforensics);
            return all.filter((t) => ['idle', 'empty'].includes(t.root.dataset.state)).length >= n && all.every((t) => !t.busy && !t.wish && t.line.open.size === 0); }""",
            arg=widgets,
            timeout=patience,
        )

    def drag(self, a: float, b: float, nth: int = 0, steps: int = 20) -> None:
        self.page.locator(".ct-plot-detail").nth(nth).scroll_into_view_if_needed()
        self.page.locator(".ct-head").nth(nth).scroll_into_view_if_needed()
        at = self.page.locator(".ct-over-overview").nth(nth).bounding_box()
        y = at["y"] + at["height"] / 2
        self.page.mouse.move(at["x"] + at["width"] * a, y)
        self.page.mouse.down()
        for step in range(1, steps + 1):
            self.page.mouse.move(at["x"] + at["width"] * (a + (b - a) * step / steps), y)
            self.page.wait_for_timeout(10)
        self.page.mouse.up()

    def start(self, text: str) -> None:
        """Runs code in a new last cell without waiting for it."""
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        count = cells.count()
        self.page.locator(".jp-Notebook-footer").click()
        self.page.wait_for_function(
            "(n) => document.querySelectorAll('.jp-Notebook .jp-CodeCell').length > n", arg=count
        )
        cells.last.locator(".cm-content").click()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")

    def cell(self, text: str) -> str:
        """Runs code in a new last cell and gives what it printed."""
        before = self.page.locator(".jp-OutputArea-output pre").count()
        self.start(text)
        self.page.wait_for_function(
            "(n) => document.querySelectorAll('.jp-OutputArea-output pre').length > n", arg=before, timeout=30_000
        )
        return str(self.page.locator(".jp-OutputArea-output pre").last.inner_text())


@pytest.fixture
def notebook(chromium: Any, lab: Lab) -> Iterator[Any]:
    made: list[tuple[Notebook, Any]] = []

    def build(*cells: str, **context: Any) -> Notebook:
        opened = chromium.new_context(viewport={"width": 1500, "height": 1150}, **context)
        opened.set_default_timeout(40_000)
        url = lab.notebook(f"n{len(list(lab.home.glob('*.ipynb')))}.ipynb", *cells)
        page = Notebook(opened.new_page(), url, f"http://127.0.0.1:{lab.port}")
        made.append((page, opened))
        return page

    yield build
    for page, opened in made:
        if os.environ.get("CTFORENSICS_SCREENSHOTS"):
            page.page.screenshot(path=Path(os.environ["CTFORENSICS_SCREENSHOTS"]) / f"lab{time.time():.0f}.png")
        outside, errors = page.outside, page.errors
        opened.close()
        lab.end_kernels()
        assert outside == []
        assert errors == []


OPEN = "import ctforensics as ctf\ncase = ctf.open_case()\ntimeline = case.timeline()\ntimeline"


def test_a_brush_in_jupyterlab_is_the_range_in_python(notebook):
    page = notebook(OPEN).run()
    assert "200,000 of 200,000 events" in page.page.locator(".ct-count").inner_text()
    page.drag(0.25, 0.5, steps=80)
    page.ready()
    shown = page.page.locator(".ct-over-overview").get_attribute("aria-valuetext").split(",")[0]
    printed = page.cell(
        "from ctforensics.show import scale\nprint(' until '.join(scale.ms_text(scale.to_ms(t)) for t in timeline.range))"
    )
    assert shown == printed.strip()
    assert (
        page.cell("print(timeline.count == timeline.selection.aggregate('count(*)').fetchall()[0][0])").strip()
        == "True"
    )


def test_letters_in_the_timeline_do_not_edit_the_notebook(notebook):
    page = notebook(OPEN, "1 + 1").run()
    cells = page.page.locator(".jp-Notebook .jp-Cell").count()
    page.page.locator(".ct-row").nth(3).click()
    for letter in "abcdefghijklmnopqrstuvwxyz":
        page.page.keyboard.press(letter)
        page.page.wait_for_timeout(15)
        if page.page.locator(".ct-prompt").is_visible():
            page.page.keyboard.press("Escape")
    page.page.keyboard.press("d")
    page.page.keyboard.press("d")
    assert page.page.locator(".jp-Notebook .jp-Cell").count() == cells


def brushed(page: Notebook, patience: int) -> None:
    """Moves the brush until fewer events are counted: JupyterLab scrolls to the cell that was just run, perhaps in the middle of a drag."""
    for turn in range(10):
        page.drag(0.3, 0.4 + turn / 50)
        page.ready(patience=patience)
        if not page.page.locator(".ct-count").inner_text().startswith("200,000"):
            return
    raise AssertionError("ten drags have not moved the brush")


def test_a_brush_is_answered_while_a_cell_computes(notebook, tmp_path):
    from playwright.sync_api import TimeoutError as TooLate

    page, done = notebook(OPEN).run(), "() => document.body.innerText.split('\\ndone computing').length - 1"
    for turn, patience in enumerate((40_000, 120_000)):
        begun, enough = tmp_path / f"begun{turn}", tmp_path / f"enough{turn}"
        page.start(
            f"import os\nopen({str(begun)!r}, 'w').close()\nwhile not os.path.exists({str(enough)!r}): pass\nprint('done computing')"
        )
        for _ in range(1200):
            if begun.exists():
                break
            page.page.wait_for_timeout(100)
        try:
            brushed(page, patience)
            assert page.page.evaluate(done) == turn
            break
        except (
            TooLate
        ):  # a question sent before JupyterLab has a subshell for the widget waits for the cell: it then has one
            if patience == 120_000:
                raise
        finally:
            enough.touch()
            page.page.wait_for_function(f"({done})() > {turn}", timeout=120_000)


def test_two_timelines_on_one_case_do_not_disturb_each_other(notebook):
    page = notebook(OPEN, "second = case.timeline(rows=5)\nsecond").run(widgets=2)
    for turn in range(10):  # 200 moves, and none waits for the answers of the other one
        page.drag(0.1 + turn / 40, 0.5, nth=turn % 2)
    page.ready(2)
    assert page.page.locator(".ct-notice:visible").count() == 0
    assert (
        page.cell(
            "print(timeline.range != second.range, *("
            "one.count == one.selection.aggregate('count(*)').fetchall()[0][0] > 0 for one in (timeline, second)))"
        ).strip()
        == "True True True"
    )


def test_python_moves_the_brush(notebook):
    page = notebook(OPEN).run()
    page.cell(
        "timeline.range = ('2026-03-05', '2026-03-06T12:00:00Z'); timeline.where = {'kind': 'error'}; print(timeline.count)"
    )
    page.ready()
    page.page.wait_for_function(
        "document.querySelector('.ct-over-overview').getAttribute('aria-valuetext').startsWith('2026-03-05T00:00:00Z until 2026-03-06T12:00:00Z')"
    )
    assert page.page.locator(".ct-chip").count() == 1


def test_the_theme_changes_while_open_and_a_restart_is_said(notebook):
    page = notebook(OPEN).run()
    page.page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.page.wait_for_function("document.querySelector('.ct-timeline').dataset.theme === 'dark'")
    page.page.get_by_text("Kernel", exact=True).first.click()
    page.page.get_by_text("Restart Kernel…", exact=True).first.click()
    page.page.locator(".jp-Dialog .jp-mod-accept").click()
    page.page.wait_for_function("document.querySelector('.ct-timeline').dataset.state === 'offline'", timeout=30_000)


def test_a_restarted_kernel_shows_the_timeline_again_and_many_runs_leave_nothing_behind(notebook):
    page = notebook(OPEN).run()
    page.page.get_by_text("Kernel", exact=True).first.click()
    page.page.get_by_text("Restart Kernel…", exact=True).first.click()
    page.page.locator(".jp-Dialog .jp-mod-accept").click()
    page.page.wait_for_function("document.querySelector('.ct-timeline').dataset.state === 'offline'", timeout=60_000)
    page.run()
    session = page.page.context.new_cdp_session(page.page)

    def again(times: int) -> int:
        for _ in range(times):
            page.page.evaluate("document.querySelector('.ct-timeline').dataset.old = 'true'")
            page.page.locator(".jp-Notebook .jp-Cell").first.locator(".cm-content").click()
            page.page.keyboard.press("Control+Enter")
            page.page.wait_for_function(
                "(() => { const all = [...document.querySelectorAll('.ct-timeline')]; return all.length === 1 && !all[0].dataset.old && all[0].dataset.state === 'idle'; })()"
            )
        session.send("HeapProfiler.collectGarbage")
        return int(session.send("Memory.getDOMCounters")["jsEventListeners"])

    early = again(3)
    late = again(17)
    one = page.page.evaluate("document.querySelectorAll('.ct-timeline *').length")
    assert late - early < one, "listeners of the earlier runs are gone"
    code = (
        "import threading, time, ctforensics.show.timeline as m, ipywidgets\n"
        "held = lambda: [w for w in ipywidgets.Widget._instances.values() if isinstance(w, m.Timeline) and w.desk.session._cursor is not None] if hasattr(ipywidgets.Widget, '_instances') else [w for w in ipywidgets.widgets.widget._instances.values() if isinstance(w, m.Timeline) and w.desk.session._cursor is not None]\n"
        "threads = lambda: [t for t in threading.enumerate() if t.name == 'ctforensics timeline']\n"
        "for _ in range(100):\n    if len(held()) <= 1 and len(threads()) <= 1: break\n    time.sleep(0.1)\n"
        "print('cursors', len(held()), 'threads', len(threads()))"
    )
    assert page.cell(code).strip() == "cursors 1 threads 1"


def test_an_untrusted_notebook_that_is_opened_again_shows_the_picture(notebook, lab):
    page = notebook(OPEN).run()
    page.page.keyboard.press("Escape")
    page.page.get_by_text("File", exact=True).first.click()
    page.page.get_by_text("Save Notebook", exact=True).first.click()
    file = max(lab.home.glob("n*.ipynb"), key=lambda each: each.stat().st_mtime)
    for _ in range(200):
        saved = json.loads(file.read_text("utf-8"))
        if saved["cells"][0]["outputs"]:
            break
        page.page.wait_for_timeout(100)
    made = saved["cells"][0]["outputs"][-1]["data"]
    assert "200,000 events" in "".join(made["text/plain"]) and "30.0 h missing" in "".join(made["text/plain"])
    assert "evidence register" in "".join(made["text/plain"]) or not lab.case.register_file.exists()
    assert file.stat().st_size < 200_000
    copy = lab.home / f"copy-of-{file.name}"  # bytes that this user's server has not signed: it came from elsewhere
    copy.write_text(json.dumps({**saved, "metadata": {**saved["metadata"], "sent_by": "someone"}}), "utf-8")
    page.page.goto(f"http://127.0.0.1:{lab.port}/lab/workspaces/reopened/tree/{copy.name}?token={lab.token}")
    page.page.wait_for_selector(".jp-Notebook .jp-RenderedImage img", timeout=60_000)
    assert page.page.locator(".ct-timeline").count() == 0
    assert page.page.evaluate("document.querySelector('.jp-RenderedImage img').naturalWidth") >= 700


def test_a_slow_search_is_cancelled_from_the_page_and_the_view_still_works(notebook):
    slow = (
        "from ctforensics.show import counting\nfast = counting.bars\n"
        "def slow(cursor, *rest):\n"
        "    cursor.execute('SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE a.range * b.range % 7 = 3').fetchall()\n"
        "    return fast(cursor, *rest)\n"
        "counting.bars = slow\nprint('slow now')"
    )
    page = notebook(OPEN).run()
    assert page.cell(slow).strip() == "slow now"
    page.page.locator(".ct-head").scroll_into_view_if_needed()
    page.page.locator(".ct-search input").fill("role-3")
    page.page.keyboard.press("Enter")
    page.page.locator(".ct-notice button", has_text="cancel").click(timeout=30_000)
    page.page.wait_for_function("document.querySelector('.ct-notice').textContent.startsWith('Cancelled')")
    assert page.cell("counting.bars = fast\nprint('fast again')").strip() == "fast again"
    page.page.locator(".ct-notice button", has_text="again").click()
    page.ready()
    page.page.wait_for_function("!document.querySelector('.ct-count').textContent.startsWith('200,000')")


def test_the_output_without_a_kernel_is_a_picture_and_a_sentence(lab):
    code = f"import ctforensics as ctf\nt = ctf.open_case({str(lab.case.path)!r}).timeline()\nd, _ = t._repr_mimebundle_()\nimport json; print(json.dumps({{k: v for k, v in d.items() if isinstance(v, str)}}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    made = json.loads(done.stdout)
    assert "200,000 events" in made["text/plain"]
    assert "30.0 h missing" in made["text/plain"]
    assert 5_000 < len(made["image/png"]) < 200_000
