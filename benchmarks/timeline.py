"""How fast the timeline is: every step of its budget, at the desk and in real JupyterLab.

Run ``python benchmarks/timeline.py [--events N] [--no-browser]``. The case is synthetic and made once in a temporary folder
(or ``--case FILE``). Figures are milliseconds, p50 and p95, on a warm cache.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE / "src")]

from ctforensics.ask.room import Room  # noqa: E402
from ctforensics.show.desk import Desk  # noqa: E402
from tests.support import synthetic_case  # noqa: E402

MOVE = """async ([kind, moves]) => {
  const t = document.querySelector('.ct-timeline').parentElement.ctforensics;
  const [first, last] = t.hello.extent, width = (last - first) / 12, took = [];
  const done = () => new Promise((go) => { const look = () => (t.busy || t.wish ? setTimeout(look, 1) : requestAnimationFrame(() => go())); look(); });
  for (let n = 0; n < moves; n++) {
    const lo = first + (last - first - width) * ((n * 37) % 100) / 100, from = performance.now();
    if (kind === 'brush') t.look({ lo, hi: lo + width }); else t.pan(n % 2 ? 0.02 : -0.02);
    await done();
    took.push(performance.now() - from);
  }
  return took;
}"""


def quantiles(took: list[float]) -> tuple[float, float]:
    """p50 and p95 of some durations."""
    ordered = sorted(took)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def timed(act: Callable[[int], Any], times: int) -> list[float]:
    """Milliseconds of each of so many calls; the first is a warm-up and not counted."""
    took = []
    for number in range(times + 1):
        started = time.perf_counter()
        act(number)
        took.append((time.perf_counter() - started) * 1000)
    return took[1:]


def report(name: str, took: list[float], budget: tuple[int, int] | None) -> None:
    """One line: figures beside the budget."""
    p50, p95 = quantiles(took)
    wanted = f"{budget[0]:>6} / {budget[1]:<6}" if budget else " " * 15
    verdict = "" if budget is None else "ok" if p50 <= budget[0] and p95 <= budget[1] else "OVER"
    print(f"{name:<58} {p50:>8.1f} / {p95:<8.1f} {wanted} {verdict}", flush=True)


def at_the_desk(database: Path) -> None:
    """What the kernel does for each step, without browser or network."""
    started = time.perf_counter()
    desk = Desk(Room(database), title="benchmark")
    hello = desk.answer({"type": "hello", "id": 0})
    print(f"{'open the case and say hello':<58} {(time.perf_counter() - started) * 1000:>8.1f}")
    lo, hi = hello["extent"]
    chance = random.Random(3)

    def ask(**request: Any) -> dict[str, Any]:
        answer = desk.answer({"id": 1, **request})
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def brush(_: int) -> dict[str, Any]:
        at = chance.randrange(lo, hi - (hi - lo) // 12)
        return ask(type="view", lo=at, hi=at + (hi - lo) // 12)

    report("kernel: brush move (counts, bars, rows)", timed(brush, 60), (25, 60))
    size = len(json.dumps(brush(0)))
    print(f"{'bytes of a brush answer':<58} {size:>8,}          budget 60,000   {'ok' if size <= 60_000 else 'OVER'}")
    total = hello["events"]
    ask(type="view", lo=lo, hi=hi, where=[])
    report("kernel: any page of rows", timed(lambda _: ask(type="page", first=chance.randrange(total)), 40), (80, 150))
    event = ask(type="page", first=total // 2)["rows"][0]
    report(
        "kernel: one event in full", timed(lambda _: ask(type="event", key=event["key"], t=event["t"]), 20), (60, 120)
    )
    report("kernel: facets of the whole span", timed(lambda _: ask(type="facets"), 5), None)
    kinds = ["error", "write", "read"]
    report(
        "kernel: structured filter, all redrawn",
        timed(lambda n: ask(type="view", lo=lo, hi=hi, where=[{"field": "kind", "is": [kinds[n % 3]]}]), 9),
        (200, 400),
    )
    report(
        "kernel: free text",
        timed(lambda n: ask(type="view", lo=lo, hi=hi, where=[{"text": f"role-{n}"}]), 9),
        (300, 600),
    )
    report("kernel: brush move under a filter", timed(brush, 40), (25, 60))
    ask(type="view", where=[])
    report(
        "kernel: stacked by actor, a twelfth of the span",
        timed(lambda n: ask(type="view", lo=lo, hi=lo + (hi - lo) // 12, stack="actor" if n % 2 else "service"), 8),
        None,
    )


def in_jupyterlab(database: Path) -> None:
    """Move to everything redrawn, in real JupyterLab in a real Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS, browser_path
    from tests.browser.test_lab import OPEN, Lab, Notebook

    path = browser_path()
    if path is None:
        print("No Chromium on this machine: the JupyterLab part is left out.")
        return
    home = Path(tempfile.mkdtemp(prefix="ctb"))
    lab = Lab(home, database)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1500, "height": 1150})
            started = time.perf_counter()
            Notebook(page, lab.notebook("b.ipynb", OPEN), f"http://127.0.0.1:{lab.port}").run()
            print(
                f"{'JupyterLab: notebook opened, kernel, cell, first picture':<58} {(time.perf_counter() - started) * 1000:>8.1f}"
            )
            page.evaluate(MOVE, ["brush", 5])
            report("JupyterLab: brush move, all redrawn", page.evaluate(MOVE, ["brush", 80]), (100, 200))
            report("JupyterLab: key step, all redrawn", page.evaluate(MOVE, ["key", 40]), (60, 120))
            browser.close()
    finally:
        lab.stop()


def main() -> None:
    """Makes or takes the case, runs both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--case", type=Path, help="a case database that is there already")
    parser.add_argument("--no-browser", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = args.case
        if database is None:
            started = time.perf_counter()
            database = synthetic_case.make(Path(folder) / "case.duckdb", events=args.events)
            print(f"made a synthetic case of {args.events:,} events in {time.perf_counter() - started:.0f} s")
        print(f"{'step':<58} {'p50 / p95 ms':>17} {'budget':>13}")
        at_the_desk(database)
        if not args.no_browser:
            in_jupyterlab(database)


if __name__ == "__main__":
    main()
