"""How fast the timeline is: every budget of its specification, at the desk and in real JupyterLab, and what others hold.

Run ``python benchmarks/timeline.py [--events N] [--case FILE] [--no-browser] [--msticpy PYTHON]``. The case is synthetic; with
``--case`` it is made there once and used again. Figures are milliseconds, p50 and p95, on a warm cache; ``cpu`` is what the
process itself used, which a busy machine changes less. msticpy is no dependency: name a Python that has it, or its part is left out.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
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

Budget = tuple[int, int] | None
PAUSE = 200  # milliseconds between two presses of a key by a hand

# What each step does in the page; all wait until charts, count and table are drawn.
STEPS = """async ([kind, times, pause = 0]) => {
  const roots = [...document.querySelectorAll('.ct-timeline')];
  const t = roots[roots.length - 1].parentElement.ctforensics;
  const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go))); // after that frame is painted
  const until = (f) => new Promise((go) => { const look = () => (f() ? go() : setTimeout(look, 1)); look(); });
  const [first, last] = t.hello.extent, width = (last - first) / 12, took = [];
  const kinds = ['error', 'write', 'read'];
  const drawn = () => until(() => !t.busy && !t.wish);
  const press = (key, shiftKey) => t.over.overview.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true }));
  const acts = {
    brush: (n) => { const lo = first + (last - first - width) * ((n * 37) % 100) / 100; t.look({ lo, hi: lo + width }); return drawn(); },
    key: (n) => { press(n % 10 < 6 ? 'ArrowRight' : 'ArrowLeft', n % 4 === 3); return drawn(); },
    held: (n) => { press(n % 40 < 20 ? 'ArrowRight' : 'ArrowLeft', true); return drawn(); },
    cold: (n) => { t.ahead.drop(); press(n % 10 < 6 ? 'ArrowRight' : 'ArrowLeft', false); return drawn(); },
    filter: (n) => { t.look({ lo: first, hi: last, where: n % 2 ? [{ field: 'kind', is: [kinds[n % 3]] }] : [{ field: 'region', is: ['us-east-1'], not: n % 4 === 0 }] }); return drawn(); },
    text: (n) => { t.look({ lo: first, hi: last, where: [{ text: 'role-' + n }] }); return drawn(); },
    jump: (n) => { t.top = t.range[0] + Math.floor((t.range[1] - t.range[0] - 20) * ((n * 61) % 100) / 100); t.paintRows(); return until(() => !t.fetching && !t.body.textContent.includes('……')); },
    detail: (n) => { t.focusRow(t.top + n % t.pool.length); return t.open(); },
    all: () => { t.look({ lo: first, hi: last, where: [] }); return drawn(); },
  };
  for (let n = 0; n < times; n++) {
    if (kind === 'key') await new Promise((go) => setTimeout(go, pause));
    const from = performance.now();
    await acts[kind](n);
    await frame();
    took.push(performance.now() - from);
  }
  return took;
}"""
SPLIT = """async (times) => {
  const t = document.querySelector('.ct-timeline').parentElement.ctforensics, ask = t.line.ask.bind(t.line), out = [];
  const [first, last] = t.hello.extent, width = (last - first) / 12;
  let way = 0, kernel = 0;
  t.line.ask = async (request) => {
    const from = performance.now(), answer = await ask(request);
    if (request.type === 'view') [way, kernel] = [performance.now() - from, answer.ms];
    return answer;
  };
  for (let n = 0; n < times; n++) {
    const lo = first + (last - first - width) * ((n * 41) % 100) / 100, from = performance.now();
    t.look({ lo, hi: lo + width });
    while (t.busy || t.wish) await new Promise((go) => setTimeout(go, 1));
    await new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
    out.push([kernel, way - kernel, performance.now() - from - way]);
  }
  t.line.ask = ask;
  return out;
}"""
SIZES = """() => { const t = document.querySelector('.ct-timeline').parentElement.ctforensics;
  return [JSON.stringify(t.drawn).length, Math.max(...['detail', 'overview'].map((n) => t.plot[n].querySelectorAll('.mark-rect path, .mark-rule line').length))]; }"""


def quantiles(took: list[float]) -> tuple[float, float]:
    """p50 and p95 of some durations."""
    ordered = sorted(took)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def timed(act: Callable[[int], Any], times: int) -> tuple[list[float], list[float]]:
    """Milliseconds on the clock and of the processor for each of so many calls; the first is a warm-up and not counted."""
    took, used = [], []
    for number in range(times + 1):
        started, busy = time.perf_counter(), time.process_time()
        act(number)
        took.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - busy) * 1000)
    return took[1:], used[1:]


def report(name: str, took: list[float], budget: Budget, used: list[float] | None = None) -> None:
    """One line: figures beside the budget."""
    p50, p95 = quantiles(took)
    wanted = f"{budget[0]:>6} / {budget[1]:<6}" if budget else " " * 15
    verdict = "" if budget is None else "ok" if p50 <= budget[0] and p95 <= budget[1] else "OVER"
    cpu = f"cpu {quantiles(used)[0]:.0f} / {quantiles(used)[1]:.0f}" if used else ""
    print(f"{name:<62} {p50:>8.1f} / {p95:<8.1f} {wanted} {verdict:<5} {cpu}", flush=True)


def size(name: str, figure: float, most: int) -> None:
    """One line for a figure that has one limit."""
    print(f"{name:<62} {figure:>8,.0f} {'':<11} {most:>6,} {'':>8} {'ok' if figure <= most else 'OVER'}", flush=True)


def at_the_desk(database: Path) -> None:
    """What the kernel does for each step, without browser or network."""
    started = time.perf_counter()
    desk = Desk(Room(database), title="benchmark")
    hello = desk.answer({"type": "hello", "id": 0})
    print(f"{'open the case and say hello':<62} {(time.perf_counter() - started) * 1000:>8.1f}")
    lo, hi = hello["extent"]
    chance, total = random.Random(3), hello["events"]

    def ask(**request: Any) -> dict[str, Any]:
        answer = desk.answer({"id": 1, **request})
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def brush(_: int) -> dict[str, Any]:
        at = chance.randrange(lo, hi - (hi - lo) // 12)
        return ask(type="view", lo=at, hi=at + (hi - lo) // 12, size=20)

    def run(name: str, budget: Budget, times: int, act: Callable[[int], Any]) -> None:
        took, used = timed(act, times)
        report(f"kernel: {name}", took, budget, used)

    kinds = ["error", "write", "read"]
    run("brush move (counts, bars, rows)", (25, 60), 80, brush)
    ask(type="view", lo=lo, hi=hi, where=[])
    run("any page of rows", (80, 150), 40, lambda _: ask(type="page", first=chance.randrange(total)))
    event = ask(type="page", first=total // 2)["rows"][0]
    run("one event in full", (60, 120), 20, lambda _: ask(type="event", key=event["key"], t=event["t"]))
    run("values beside the whole span", None, 5, lambda _: ask(type="facets"))
    filters: list[Callable[[int], dict[str, Any]]] = [
        lambda n: {"field": "kind", "is": [kinds[n % 3]]},
        lambda n: {"field": "actor", "is": [f"arn:aws:iam::111122223333:role/role-{n % 40}"]},
        lambda n: {"field": "service", "is": [f"{['s3', 'ec2', 'iam'][n % 3]}.amazonaws.com"], "not": n % 2 == 1},
    ]
    run(
        "structured filter, whole span",
        (200, 400),
        18,
        lambda n: ask(type="view", lo=lo, hi=hi, where=[filters[n % 3](n)]),
    )
    run(
        "free text over values, whole span",
        (300, 600),
        12,
        lambda n: ask(type="view", lo=lo, hi=hi, where=[{"text": f"role-{n}"}]),
    )
    run("brush move under a text filter", (25, 60), 40, brush)
    run("values beside a twelfth of the span, filtered", None, 8, lambda _: ask(type="facets"))
    ask(type="view", where=[])
    fields = ["service", "actor"]
    run(
        "stacked by actor or service, a twelfth",
        None,
        8,
        lambda n: ask(type="view", lo=lo, hi=lo + (hi - lo) // 12, stack=fields[n % 2]),
    )


def in_jupyterlab(database: Path, browser: Any) -> None:
    """From the act to everything redrawn, in real JupyterLab in a real Chromium."""
    from tests.browser.test_lab import OPEN, Lab, Notebook

    lab = Lab(Path(tempfile.mkdtemp(prefix="ctb")), database)
    try:
        page = browser.new_page(viewport={"width": 1500, "height": 1150})
        page.set_default_timeout(120_000)
        started = time.perf_counter()
        book = Notebook(page, lab.notebook("b.ipynb", OPEN), f"http://127.0.0.1:{lab.port}").run()
        print(
            f"{'JupyterLab: notebook opened, kernel, first picture':<62} {(time.perf_counter() - started) * 1000:>8.1f}"
        )

        def run(name: str, budget: Budget, kind: str, times: int, pause: int = 0) -> None:
            page.evaluate(STEPS, [kind, 3, pause])
            report(f"JupyterLab: {name}", page.evaluate(STEPS, [kind, times, pause]), budget)

        run("brush move -> charts, count, table redrawn", (100, 200), "brush", 80)
        for part, took in zip(
            ("in the kernel", "on the way to it and back", "in the page"),
            zip(*page.evaluate(SPLIT, 30), strict=True),
            strict=True,
        ):
            report(f"  of which {part}", list(took), None)
        bytes_, marks = page.evaluate(SIZES)
        size("bytes of a brush answer", bytes_, 60_000)
        size("marks of a chart", marks, 1_000)
        run("key step -> redrawn, five a second", (60, 120), "key", 40, PAUSE)
        run("key held down, each step -> redrawn", None, "held", 40)
        run("key step that nothing was counted for", None, "cold", 20)
        run("table jump anywhere -> rows painted", (80, 150), "jump", 40)
        run("row -> detail pane", (60, 120), "detail", 30)
        run("structured filter -> all redrawn", (200, 400), "filter", 16)
        run("free text over values -> all redrawn", (300, 600), "text", 12)
        run("everything shown again", None, "all", 3)
        book.start("import time\nend = time.time() + 25\nwhile time.time() < end: pass")
        page.wait_for_timeout(500)
        report("JupyterLab: brush move while another cell computes", page.evaluate(STEPS, ["brush", 30]), (400, 400))
        page.wait_for_function("document.querySelector('[data-status=idle].jp-Notebook-ExecutionIndicator')")
        report("JupyterLab: cell run -> first picture (package imported)", first_pictures(book, 6), (1500, 2500))
        beside_jupyterchart(book)
    finally:
        lab.stop()


def first_pictures(book: Any, times: int) -> list[float]:
    """Milliseconds from the key that runs a cell to the timeline drawn below it."""
    took = []
    for number in range(times):
        code, shown = f"t{number} = case.timeline()\nt{number}", book.page.locator(".ct-timeline").count()
        took.append(
            ran(
                book,
                code,
                "(n) => [...document.querySelectorAll('.ct-timeline')].filter((e) => e.dataset.state === 'idle').length > n",
                shown,
            )
        )
    return took[1:]


def ran(book: Any, code: str, there: str, argument: Any) -> float:
    """Milliseconds from running a new last cell until a condition of the page holds."""
    cells = book.page.locator(".jp-Notebook .jp-CodeCell")
    count = cells.count()
    book.page.locator(".jp-Notebook-footer").click()
    book.page.wait_for_function("(n) => document.querySelectorAll('.jp-Notebook .jp-CodeCell').length > n", arg=count)
    cells.last.locator(".cm-content").click()
    book.page.keyboard.insert_text(code)
    started = time.perf_counter()
    book.page.keyboard.press("Shift+Enter")
    book.page.wait_for_function(there, arg=argument, polling="raf")
    return (time.perf_counter() - started) * 1000


JUPYTERCHART = """import altair as alt, pandas as pd
alt.JupyterChart.enable_offline(); alt.data_transformers.disable_max_rows()
rows = pd.DataFrame({{"t": pd.date_range("2026-03-02", periods={n}, freq="min", tz="UTC"), "kind": ["read", "write", "error", "read"] * ({n} // 4)}})
brush = alt.selection_interval(encodings=["x"])
bars = lambda bins: alt.Chart(rows).mark_bar().encode(x=alt.X("t:T", bin=alt.Bin(maxbins=bins)), y="count()", color="kind")
alt.JupyterChart(bars(200).add_params(brush) & bars(200).transform_filter(brush), embed_options={{"renderer": "svg"}})"""
WATCH = """() => {
  const all = document.querySelectorAll('svg.marks'), svg = all[all.length - 1];
  svg.scrollIntoView({ block: 'center' });
  window.ctTook = [];
  let at = 0;
  svg.addEventListener('pointermove', () => { at = at || performance.now(); }, true);
  new MutationObserver(() => {
    if (!at) return;
    const from = at;
    at = 0;
    requestAnimationFrame(() => window.ctTook.push(performance.now() - from));
  }).observe(svg, { subtree: true, childList: true, attributes: true });
  const box = svg.getBoundingClientRect();
  return [box.left, box.top, box.width];
}"""


def beside_jupyterchart(book: Any) -> None:
    """Altair's own widget with one row for each event: a brush that filters a second histogram."""
    for rows in (5_000, 20_000, 100_000):
        there = "(n) => document.querySelectorAll('svg.marks').length > n"
        shown = book.page.evaluate("document.querySelectorAll('svg.marks').length")
        took = ran(book, JUPYTERCHART.format(n=rows), there, shown)
        print(f"{f'beside it: JupyterChart of {rows:,} rows, cell run -> picture':<62} {took:>8.1f}", flush=True)
        left, top, width = book.page.evaluate(WATCH)
        mouse = book.page.mouse
        mouse.move(left + width * 0.2, top + 80)
        mouse.down()
        for step in range(20):
            mouse.move(left + width * (0.25 + step * 0.02), top + 80)
            book.page.wait_for_timeout(60)
        mouse.up()
        moves = book.page.evaluate("window.ctTook")
        if moves:
            report(f"beside it: JupyterChart of {rows:,} rows, brush move", moves, None)
        else:
            print(f"beside it: JupyterChart of {rows:,} rows did not redraw under the brush")


MSTICPY = """import sys, time, warnings; warnings.filterwarnings("ignore")
import pandas as pd
from bokeh.embed import file_html
from bokeh.resources import INLINE
from msticpy.vis.timeline import display_timeline
n = int(sys.argv[1])
rows = pd.DataFrame({"TimeGenerated": pd.date_range("2026-03-02", periods=n, freq="min", tz="UTC"), "kind": ["read", "write", "error", "read"] * (n // 4)})
started = time.perf_counter()
page = file_html(display_timeline(rows, source_columns=["kind"], group_by="kind", hide=True), INLINE, "msticpy")
open(sys.argv[2], "w", encoding="utf-8").write(page)
print((time.perf_counter() - started) * 1000)"""
BOKEH_MOVES = """async (times) => {
  const found = []; const walk = (m) => { if (m.x_range && m.renderers) found.push(m); (m.children || []).forEach((c) => walk(Array.isArray(c) ? c[0] : c)); };
  Bokeh.documents[0].roots().forEach(walk);
  const figure = found[0], { start, end } = figure.x_range, took = [];
  const frame = () => new Promise((go) => requestAnimationFrame(() => go()));
  for (let n = 0; n < times; n++) {
    const lo = start + (end - start) * (n % 11) / 12, from = performance.now();
    figure.x_range.setv({ start: lo, end: lo + (end - start) / 12 });
    await frame(); await frame();
    took.push(performance.now() - from);
  }
  return took;
}"""


def beside_msticpy(python: str | None, browser: Any) -> None:
    """msticpy's timeline with one glyph for each event: a page of its own, its range moved."""
    if python is None:
        print("beside it: msticpy not run (no --msticpy PYTHON with msticpy installed)")
        return
    with tempfile.TemporaryDirectory() as folder:
        for rows in (5_000, 20_000, 100_000):
            path = Path(folder) / f"{rows}.html"
            done = subprocess.run(
                [python, "-c", MSTICPY, str(rows), str(path)], capture_output=True, text=True, timeout=180
            )
            if done.returncode:
                print(f"beside it: msticpy not run: {done.stderr.strip().splitlines()[-1][:120]}")
                return
            page = browser.new_page(viewport={"width": 1500, "height": 1150})
            started = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_function(
                "window.Bokeh && Bokeh.documents.length && document.querySelector('.bk-Figure, canvas, [class*=bk-]')",
                polling="raf",
            )
            page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(() => go())))")
            made, opened = float(done.stdout.split()[-1]), (time.perf_counter() - started) * 1000
            print(
                f"{f'beside it: msticpy of {rows:,} rows, made + page opened':<62} {made:>8.1f} + {opened:<8.1f} {path.stat().st_size / 1e6:.1f} MB"
            )
            report(f"beside it: msticpy of {rows:,} rows, range moved", page.evaluate(BOKEH_MOVES, 20), None)
            page.close()


def with_a_browser(database: Path, python: str | None) -> None:
    """The parts that need Chromium; says so where there is none."""
    from playwright.sync_api import sync_playwright

    from ctforensics.doctor import find_browser
    from tests.conftest import BROWSER_FLAGS

    path = find_browser()
    if path is None:
        print("No Chromium on this machine: the parts in a browser are left out.")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        in_jupyterlab(database, browser)
        beside_msticpy(python, browser)
        browser.close()


def main() -> None:
    """Makes or takes the case, runs all parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--case", type=Path, help="a case database; made there if it is not there yet")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument(
        "--msticpy", metavar="PYTHON", help="a Python that has msticpy, to run its timeline beside this one"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = args.case or Path(folder) / "case.duckdb"
        if not database.exists():
            started = time.perf_counter()
            synthetic_case.make(database, events=args.events)
            print(f"made a synthetic case of {args.events:,} events in {time.perf_counter() - started:.0f} s")
        print(json.dumps({"case": database.stat().st_size, "cpus": __import__("os").cpu_count()}))
        print(f"{'step':<62} {'p50 / p95 ms':>17} {'budget':>13}")
        at_the_desk(database)
        if not args.no_browser:
            with_a_browser(database, args.msticpy)


if __name__ == "__main__":
    main()
