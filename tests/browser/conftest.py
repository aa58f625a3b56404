"""Two lanes to a real Chromium: the widget's own script with the real desk but no Jupyter (H), and real JupyterLab (L).

No name but loopback can be resolved. Every test ends with: no request went outside, no error happened on the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ctforensics.notes.book import NoteBook
from ctforensics.show.desk import Desk
from tests.support import synthetic_case

ORIGIN = "http://127.0.0.1:1"
STATIC = Path(__file__).parents[2] / "src" / "ctforensics" / "show" / "static"
HARNESS = """<!DOCTYPE html><html><head><meta charset="utf-8"><link rel="stylesheet" href="/timeline.css"></head><body style="margin:8px"><div id="place"></div>
<script type="module">
import widget from "/timeline.js";
const heard = {};
const model = { get: (name) => ({ height: 17 })[name], on: (name, f) => { (heard[name] ??= []).push(f); }, off: (name, f) => { heard[name] = (heard[name] ?? []).filter((g) => g !== f); },
  send: async (message) => { window.sent = (window.sent ?? 0) + 1; const text = await window.ctSend(JSON.stringify(message)); if (text) (heard["msg:custom"] ?? []).forEach((f) => f(JSON.parse(text))); } };
window.push = (message) => (heard["msg:custom"] ?? []).forEach((f) => f(message));
window.pressed = 0; // keys and buttons that the page has handled
window.addEventListener("pointerup", () => { window.pressed++; }, true);
window.addEventListener("keydown", (event) => { if (!["Shift", "Alt", "Control"].includes(event.key)) window.pressed++; }, true);
window.model = model; window.heard = heard;
const place = document.getElementById("place");
window.close_ = widget.render({ model, el: place });
window.timeline = place.ctforensics;
</script></body></html>"""


@pytest.fixture(scope="session")
def big_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200,000 events with gaps, a tampered file and hostile strings."""
    return synthetic_case.make(tmp_path_factory.mktemp("big") / "case.duckdb", events=200_000)


class Harness:
    """A page with the widget and the desk behind it; counts outside requests and page errors."""

    def __init__(self, page: Any, desk: Desk) -> None:
        self.page, self.desk = page, desk
        self.requests: list[dict[str, Any]] = []
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.route("**/*", self._serve)
        page.expose_function("ctSend", self._answer)

    def _serve(self, route: Any) -> None:
        url = route.request.url
        files = {"/timeline.js": "text/javascript", "/timeline.css": "text/css"}
        path = url.removeprefix(ORIGIN)
        if url == f"{ORIGIN}/":
            route.fulfill(body=HARNESS, content_type="text/html")
        elif path in files:
            route.fulfill(body=(STATIC / path[1:]).read_text("utf-8"), content_type=files[path])
        elif path == "/favicon.ico":
            route.fulfill(status=204, body="")
        else:
            self.outside.append(url)
            route.abort()

    def _answer(self, text: str) -> str:
        request = json.loads(text)
        self.requests.append(request)
        if request["type"] == "cancel":
            self.desk.session.interrupt()
            return ""
        if request["type"] == "gone":
            return ""
        return json.dumps(self.desk.answer(request))

    def open(self) -> Harness:
        self.page.goto(f"{ORIGIN}/")
        return self.wait()

    def wait(self, *states: str) -> Harness:
        """Until every question is answered, the picture drawn, and the state one of those (idle, empty or stale unless said).

        An answer is shown, and what it leads to is asked, in one go: between the two no question is open and nobody can look.
        """
        self.page.wait_for_function(
            """(states) => { const t = window.timeline; return t && t.hello && !t.busy && !t.wish && t.answer && t.line.open.size === 0 && states.includes(t.root.dataset.state); }""",
            arg=list(states) or ["idle", "empty", "stale"],
        )
        return self

    def get(self, expression: str) -> Any:
        return self.page.evaluate(f"(() => {{ const t = window.timeline; return {expression}; }})()")

    def key(self, *keys: str) -> Harness:
        for each in keys:
            before = self.page.evaluate("window.pressed")
            self.page.keyboard.press(each)
            self.page.wait_for_function("(n) => window.pressed > n", arg=before)
        return self.wait()

    def look(self, request: str, *states: str) -> Harness:
        """Asks the page for a view, as JavaScript, and waits for it."""
        self.page.evaluate(f"window.timeline.look({request})")
        return self.wait(*states)

    def focus(self, part: str = "table") -> Harness:
        self.page.evaluate(f"window.timeline.{part}.focus()")
        return self


@pytest.fixture
def harness(chromium: Any, big_case: Path, tmp_path: Path) -> Iterator[Callable[..., Harness]]:
    """Makes harness pages; when the test ends, nothing went outside and nothing failed on any of them."""
    made: list[tuple[Harness, Any, synthetic_case.Access]] = []

    def build(*, database: Path | None = None, notes: Path | None = None, **context: Any) -> Harness:
        access = synthetic_case.Access(database or big_case)
        book = NoteBook(notes or tmp_path / "notes.jsonl", author="ada")
        (tmp_path / "exhibits").mkdir(exist_ok=True)
        desk = Desk(access, title="CASE-0042", book=book, exports=tmp_path / "exhibits", evidence="9c1f" * 16)
        page_class = context.pop("page_class", Harness)
        opened = chromium.new_context(**{"viewport": {"width": 1400, "height": 1000}, **context})
        page = page_class(opened.new_page(), desk)
        made.append((page, opened, access))
        return page.open()

    yield build
    for page, opened, access in made:
        outside, errors = page.outside, page.errors
        opened.close()
        access.close()
        assert outside == []
        assert errors == []
