"""The timeline for everybody: by keyboard alone, by what a screen reader is told, in both themes, without telling by colour."""

from __future__ import annotations

import itertools
from pathlib import Path

import axe_playwright_python
import pytest

from ctforensics.notes.book import NoteBook
from ctforensics.show import charts, scale
from tests.support import synthetic_case

pytestmark = pytest.mark.browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
START = scale.to_ms(scale.clock.parse_instant(synthetic_case.START))


def violations(page):
    found = page.page.evaluate("axe.run(document.querySelector('.ct-timeline'))")
    return [
        (each["impact"], each["id"], [node["html"][:120] for node in each["nodes"][:3]])
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_state(harness, theme):
    page = harness(color_scheme=theme)
    page.page.wait_for_function("window.timeline.facets.children.length > 5")
    page.page.evaluate(AXE)
    assert page.get("t.root.dataset.theme") == theme
    assert violations(page) == []
    page.focus().key("j", "s", "Enter")
    page.page.wait_for_selector(".ct-panel dl")
    for tab in ("fields", "record", "proof", "chain", "notes"):
        page.page.evaluate(f"window.timeline.paintDetail('{tab}')")
        page.wait()
        assert violations(page) == [], tab
    page.focus().key("t", "d", "o")
    assert violations(page) == []
    page.page.evaluate("window.timeline.toggleHelp(true)")
    assert violations(page) == []
    page.page.evaluate("window.timeline.toggleHelp(false)")
    page.focus().page.keyboard.press("g")
    assert violations(page) == []
    page.page.keyboard.press("Escape")
    page.look("{where:[{field:'actor',is:['nobody']}]}", "empty")
    assert violations(page) == []
    page.page.evaluate("window.push({type: 'stale', text: 'The evidence changed.'})")
    assert violations(page) == []


CONTRAST = """(pairs) => {
  const root = window.timeline.root, style = getComputedStyle(root);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const named = (text) => rgb(text.startsWith('--') ? (() => { const node = document.createElement('i'); node.style.color = `var(${text})`; root.append(node); const found = getComputedStyle(node).color; node.remove(); return found; })() : text);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  return pairs.map(([a, b]) => { const [x, y] = [light(named(a)), light(named(b))].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_stand_out_three_to_one_and_text_four_and_a_half(harness, theme):
    page = harness(color_scheme=theme)
    texts = [(f"--ct-{name}", "--ct-bg") for name in ("ink", "faint", "error-ink", "write-ink", "read-ink", "accent")]
    texts += [("--ct-ink", f"--ct-{name}") for name in ("soft", "hover", "warn", "alarm", "panel")]
    assert min(page.page.evaluate(CONTRAST, texts)) >= 4.5
    # A bar's fill or the line round it stands out; so do the marks of findings and the lines of every pattern on its ground.
    ground = "--ct-bg"
    for kind, fill in charts.COLOURS.items():
        assert max(page.page.evaluate(CONTRAST, [(fill, ground), (charts.EDGES[kind], ground)])) >= 3, kind
    marks = page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot-marks .mark-symbol path')].map((p) => p.getAttribute('fill'))"
    )
    assert marks
    assert min(page.page.evaluate(CONTRAST, [(fill, ground) for fill in set(marks)])) >= 3
    lines = [("#555555", "#ffffff"), ("#7a6200", "#f3ead0"), ("#a32d00", "#ffd9cc"), ("#8a8a8a", "#f1f1f1")]
    assert min(page.page.evaluate(CONTRAST, lines)) >= 3


# Viénot, Brettel and Mollon 1999; grey by luminance.
BLIND = {
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
}


@pytest.mark.parametrize("eye", BLIND)
def test_kinds_and_states_are_told_apart_without_colour(harness, eye):
    page = harness(color_scheme="light")
    seen = {name: _as_seen(fill, BLIND[eye]) for name, fill in charts.COLOURS.items()}
    apart = {
        (x, y): sum(abs(a - b) for a, b in zip(seen[x], seen[y], strict=True)) for x, y in itertools.pairwise(seen)
    }
    assert apart["error", "write"] > 30
    bars = page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot-detail path')].map((p) => p.getAttribute('fill'))"
    )
    assert apart["write", "read"] > 30 or {"url(#ct-write)", charts.COLOURS["read"]} <= set(bars)
    # Besides colour: the order of the stack, a word in the table and the tip, and a pattern of its own for each state.
    lo = START + 190 * scale.HOUR
    page.look(f"{{lo:{lo},hi:{START + 430 * scale.HOUR}}}")
    fills = set(
        page.page.evaluate(
            "[...document.querySelectorAll('.ct-plot-coverage path, .ct-plot-detail path')].map((p) => p.getAttribute('fill'))"
        )
    )
    assert {"url(#ct-missing)", "url(#ct-tampered)", "url(#ct-unverified)"} <= fills
    legend = page.page.locator(".ct-legend").inner_text()
    assert all(
        word in legend for word in ("error", "write", "read", "missing", "unverified", "tampered", "not expected")
    )
    assert {"error", "write", "read"} & set(
        page.page.evaluate("window.timeline.pool.map((p) => p.cells[2].textContent)")
    )
    page.focus("over.overview").key("t")
    assert "missing" in page.page.locator(".ct-buckets").inner_text()
    patterns = page.page.evaluate(
        "[...document.querySelectorAll('.ct-patterns pattern')].map((p) => p.innerHTML.replace(/#[0-9a-f]+/gi, ''))"
    )
    assert len(set(patterns)) == len(patterns) == 5


def _as_seen(fill, matrix):
    rgb = [int(fill[at : at + 2], 16) for at in (1, 3, 5)]
    return [min(255, max(0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in matrix]


def test_every_function_is_reached_by_keyboard_alone(harness, tmp_path):
    page = harness()
    press = page.page.keyboard.press
    page.page.evaluate("document.body.focus()")
    reached = []
    for _ in range(60):
        press("Tab")
        part = page.page.evaluate(
            "(() => { const n = document.activeElement; return n?.getAttribute('aria-label') || n?.textContent || ''; })()"
        )
        if part in reached:
            continue
        reached.append(part)
    wanted = [
        "filter by",
        "Range in the overview",
        "Range in detail",
        "stacked by",
        "Values in the range",
        "Events in the range",
        "Event in full",
    ]
    order = [reached.index(name) for name in wanted]
    assert order == sorted(order)

    page.page.wait_for_function("window.timeline.facets.children.length > 5")
    page.focus("facets").key("ArrowDown", "ArrowDown")
    value = page.page.evaluate("document.activeElement.querySelector('.ct-facet-text').textContent")
    page.key("Enter")
    assert f"kind = {value}" in page.page.locator(".ct-chip").inner_text()
    page.focus().key("Alt+ArrowLeft")

    def said(text, *keys):
        page.focus().key(*keys)
        assert text in page.get("t.status.textContent"), keys

    page.focus("over.overview").key("]")
    assert "missing" in page.get("t.status.textContent")
    page.key("Home")
    page.focus().page.evaluate("window.timeline.focusRow(3, 4)")
    press("Space")
    page.key("PageDown", "PageDown")
    press("Space")
    page.page.keyboard.type("odd hours")
    press("Enter")
    page.page.wait_for_function("window.timeline.status.textContent.startsWith('Noted')")
    for key, text in (("l", "a label"), ("c", "a comment")):
        page.focus()
        press(key)
        page.page.keyboard.type(text)
        press("Enter")
        page.page.wait_for_function(f"window.timeline.marks.some((m) => m.text === '{text}')")
    said("range: odd hours", "Home", "n")
    said(" · 2026-03-", "n", "p")
    page.focus()
    press("v")
    page.page.keyboard.type("for the report")
    press("Enter")
    page.page.wait_for_function("window.timeline.status.textContent.includes('Snapshot kept')")
    page.focus()
    press("e")
    press("Enter")
    page.page.wait_for_function("window.timeline.status.textContent.startsWith('Exported')")
    page.focus().key("y")
    assert "case.timeline(" in page.page.locator(".ct-prompt textarea").input_value()
    press("Escape")
    said("", "f")
    assert page.get("t.where.length") == 1
    page.key("x")
    assert page.get("t.root.dataset.state") == "empty"
    page.key("Alt+ArrowLeft", "Alt+ArrowLeft", "Alt+ArrowRight")
    assert page.get("t.where.length") == 1
    page.key("Alt+ArrowLeft")
    page.focus()
    press("g")
    page.page.keyboard.type("2026-03-20T12:00:00Z")
    press("Enter")
    page.wait()
    assert page.get("t.lo") < START + 18.5 * scale.DAY < page.get("t.hi")
    page.focus().page.evaluate("window.timeline.focusRow(window.timeline.top + 2, 4)")
    page.key("o")
    assert "by actor" in page.get("t.caption.textContent")
    page.key("Home", "End")
    assert page.get("t.row === t.range[1] - 1")
    page.key("d", "t", "?")
    assert page.page.locator(".ct-lanes, .ct-buckets, .ct-help").evaluate_all("(n) => n.every((e) => !e.hidden)")
    page.key("Escape")
    kinds = [note.kind for note in NoteBook(tmp_path / "notes.jsonl").living()]
    assert sorted(kinds) == ["comment", "exhibit", "label", "label"]
    shown = page.page.locator(".ct-help").evaluate("(n) => n.textContent")
    keys = page.page.evaluate("window.timeline.help.querySelectorAll('dt').length")
    assert keys >= 25 and "history" in shown


def test_a_reader_of_the_screen_is_told_range_count_and_coverage(harness):
    page = harness()
    for part in ("overview", "detail"):
        told = page.page.locator(f".ct-over-{part}").get_attribute("aria-valuetext")
        assert "200,000 events" in told and "until" in told and "missing" in told
    assert page.page.locator(".ct-status").get_attribute("aria-live") == "polite"
    assert page.page.locator(".ct-table").get_attribute("aria-rowcount") == "200001"
    assert page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot')].every((n) => n.getAttribute('aria-hidden') === 'true')"
    )


def test_a_second_row_of_labels_shows_one_zone_and_never_replaces_utc(harness):
    page = harness()
    utc = page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot-detail .role-axis-label text')].map((n) => n.textContent)"
    )
    page.look(f"{{lo:{START + 6 * scale.HOUR},hi:{START + 12 * scale.HOUR}}}")
    page.page.evaluate("window.timeline.chooseZone('Asia/Kolkata')")
    row = page.page.locator(".ct-zone").inner_text()
    assert "Asia/Kolkata" in row and "11:30" in row
    axis = page.page.evaluate(
        "[...document.querySelectorAll('.ct-plot-detail .role-axis-label text')].map((n) => n.textContent)"
    )
    assert "07:00Z" in axis and utc
    page.page.evaluate("window.timeline.chooseZone('Mars/Olympus')")
    assert "no zone that this browser knows" in page.get("t.status.textContent")
    page.page.evaluate("window.timeline.chooseZone('')")
    assert page.page.locator(".ct-zone").is_hidden()


def test_a_bar_that_a_gap_cuts_is_notched_and_says_how_much_is_covered(harness):
    page = harness()
    edge = START + synthetic_case.MISSING_HOURS.start * scale.HOUR
    page.look(f"{{lo:{edge - 50 * scale.HOUR},hi:{edge + 3 * scale.HOUR},bucket:{12 * scale.HOUR}}}")
    assert page.get("t.drawn.cuts.length") >= 1
    notches = page.page.locator(".ct-plot-detail .mark-symbol path").count()
    assert notches == page.get("t.drawn.cuts.length")
    cut = page.get("t.drawn.cuts[t.drawn.cuts.length - 1]")
    at = page.page.locator(".ct-over-detail").bounding_box()
    share = ((cut["t0"] + cut["t1"]) / 2 - page.get("t.lo")) / (page.get("t.hi") - page.get("t.lo"))
    page.page.mouse.move(at["x"] + at["width"] * share, at["y"] + 80)
    assert cut["word"] == f"log and range cover {round(cut['share'] * 100)} % of this bar"
    assert cut["word"] in page.page.locator(".ct-tip").inner_text()


def test_sorting_by_a_column_says_that_it_shows_the_first_rows_only(harness):
    page = harness()
    head = page.page.locator(".ct-row-head span").nth(3)
    head.click()
    page.page.wait_for_function("window.timeline.sorted")
    assert "first 100 of 200,000 by event name" in page.get("t.caption.textContent")
    shown = page.page.evaluate("window.timeline.pool.map((p) => p.cells[3].textContent)")
    assert shown == sorted(shown)
    assert head.get_attribute("aria-sort") == "ascending"
    head.click()
    page.page.wait_for_function("window.timeline.sorted.descending")
    head.click()
    page.page.wait_for_function("!window.timeline.sorted")
    page.wait()
    assert "of 200,000 in range, in time order" in page.get("t.caption.textContent")


def test_late_and_duplicate_events_are_counted_marked_and_filtered(harness):
    page = harness()
    page.page.wait_for_function("window.timeline.facets.textContent.includes('duplicate')")
    row = page.page.locator(".ct-facet", has_text="duplicate")
    assert str(synthetic_case.DUPLICATES) in row.inner_text()
    row.click()
    page.wait()
    assert page.get("t.count") == synthetic_case.DUPLICATES
    page.page.wait_for_function("window.timeline.pool[0].cells[1].textContent.includes('⧉')")
    assert "duplicate: stands in several places" in page.page.locator(".ct-chip").inner_text()
